import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_MINOR, negotiateVersion } from './api-version.ts';

const minors = fc.integer({ min: 1, max: MAX_MINOR });

test('every served version is taken, with leading zeros and blanks, from either header', () => {
  fc.assert(
    fc.property(minors, fc.nat(3), fc.constantFrom('', ' ', '\t '), (minor, zeros, blank) => {
      const text = `${blank}1.${'0'.repeat(zeros)}${minor}${blank}`;
      assert.deepEqual(negotiateVersion({ legacy: text }), { minor, explicit: true });
      assert.deepEqual(negotiateVersion({ openstack: `BareMetal ${text}` }), { minor, explicit: true });
    }),
  );
});

test('versions out of range are refused as such', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 9 }), fc.integer({ min: 0, max: 400 }), (major, minor) => {
      fc.pre(major !== 1 || minor === 0 || minor > MAX_MINOR);
      const answer = negotiateVersion({ legacy: `${major}.${minor}` });
      assert.ok('refused' in answer && answer.refused === 'range');
      assert.match(answer.message, /\[1\.1, 1\.115\]/);
    }),
  );
});

test('any text at all is answered, and what is no version is said to be none', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (legacy, openstack) => {
      const answer = negotiateVersion({ legacy, openstack });
      assert.ok('minor' in answer || 'refused' in answer);
    }),
  );
  for (const text of ['1', 'abc', '1.1.1', 'v1.1', '1,50', '1.', '.1', '1.-1', '1.1e3']) {
    const answer = negotiateVersion({ legacy: text });
    assert.ok('refused' in answer && answer.refused === 'invalid', text);
  }
});

test('the last usable element for this service wins; others are ignored', () => {
  fc.assert(
    fc.property(fc.array(minors, { minLength: 1, maxLength: 4 }), minors, (wanted, legacy) => {
      const openstack = ['compute 2.1', ...wanted.map((minor) => `baremetal 1.${minor}`), 'baremetal', 'network 9.9'].join(', ');
      assert.deepEqual(negotiateVersion({ openstack, legacy: `1.${legacy}` }), { minor: wanted.at(-1), explicit: true });
    }),
  );
  assert.deepEqual(negotiateVersion({ openstack: 'compute 2.1', legacy: '1.7' }), { minor: 7, explicit: true });
  assert.deepEqual(negotiateVersion({ openstack: 'baremetal LATEST' }), { minor: MAX_MINOR, explicit: true });
  assert.deepEqual(negotiateVersion({ legacy: '' }), { minor: 1, explicit: false });
});

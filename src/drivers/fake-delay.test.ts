import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../model/errors.ts';
import { parseFakeDelay } from './fake-delay.ts';

describe('fake delay', () => {
  it('draws within its bounds, from the smaller end at random zero', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (low, more, random) => {
        const seconds = parseFakeDelay('power_delay', `${low},${low + more}`)(() => random);
        assert.ok(seconds >= low && seconds <= low + more);
      }),
    );
    assert.equal(
      parseFakeDelay('power_delay', '3, 9')(() => 0),
      3,
    );
    assert.equal(
      parseFakeDelay('power_delay', '2.5')(() => 0.7),
      2.5,
    );
  });

  it('refuses what is no delay and says so', () => {
    for (const text of ['', 'x', '1,2,3', '5,1', '-1', '1,', 'NaN', 'Infinity']) {
      assert.throws(
        () => parseFakeDelay('power_delay', text),
        (error) => hasCode(error, 'INVALID_PARAMETER') && error.message.includes('power_delay'),
        text,
      );
    }
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashRescuePassword, shaCrypt } from './sha-crypt.ts';

test('the vectors of the specification', () => {
  assert.equal(shaCrypt('Hello world!', 'saltstring', 'sha256'), '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5');
  assert.equal(
    shaCrypt('Hello world!', 'saltstring', 'sha512'),
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  );
});

test('a hash names its algorithm and never repeats a salt', () => {
  assert.match(hashRescuePassword('x', 'sha512'), /^\$6\$.{16}\$.{86}$/);
  assert.match(hashRescuePassword('x', 'sha256'), /^\$5\$.{16}\$.{43}$/);
  assert.notEqual(hashRescuePassword('x', 'sha256'), hashRescuePassword('x', 'sha256'));
});

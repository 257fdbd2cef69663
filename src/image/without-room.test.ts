import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { WroughtError } from '../model/errors.ts';
import { withoutRoom } from './without-room.ts';

/** What the system throws when a device takes no more. */
function realNoSpace(): unknown {
  const full = openSync('/dev/full', 'w');
  try {
    writeSync(full, 'x');
  } catch (error) {
    return error;
  } finally {
    closeSync(full);
  }
  return assert.fail('/dev/full took a byte');
}

test('no room is told in terms of what was to be kept', () => {
  const full = withoutRoom(realNoSpace(), '/cache/a: the next 10 of 20 bytes');
  assert.ok(full instanceof WroughtError);
  assert.equal(full.code, 'INSUFFICIENT_DISK_SPACE');
  assert.equal(full.message, '/cache/a: the next 10 of 20 bytes find no room: the file system is full');
  const long = withoutRoom(Object.assign(new Error('EFBIG: file too large, ftruncate'), { code: 'EFBIG' }), '/cache/a: a disk of 20 bytes');
  assert.ok(long instanceof WroughtError);
  assert.equal(long.code, 'INSUFFICIENT_DISK_SPACE');
  assert.equal(long.message, '/cache/a: a disk of 20 bytes is more than its file system allows a file to have');
});

test('other errors stay what they are', () => {
  const other = new Error('EIO: i/o error, write');
  assert.equal(withoutRoom(other, 'x'), other);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../model/errors.ts';
import { findInChecksumFile } from './find-in-checksum-file.ts';
import { parseChecksum } from './parse-checksum.ts';

const MD5 = 'd'.repeat(32);
const SHA256 = 'A'.repeat(64);
const SHA512 = '5'.repeat(128);
const invalid = (pattern: RegExp) => (e: unknown) => hasCode(e, 'INVALID_PARAMETER') && pattern.test(e.message);
const missing = (e: unknown) => hasCode(e, 'IMAGE_DOWNLOAD_FAILED');

test('the algorithm is told by length, by prefix, or apart', () => {
  assert.deepEqual(parseChecksum(SHA256), { algorithm: 'sha256', value: SHA256.toLowerCase() });
  assert.deepEqual(parseChecksum(` ${SHA512}\n`), { algorithm: 'sha512', value: SHA512 });
  assert.deepEqual(parseChecksum(`SHA256:${SHA256}`), { algorithm: 'sha256', value: SHA256.toLowerCase() });
  assert.deepEqual(parseChecksum('1'.repeat(96), { algorithm: 'sha384' }).algorithm, 'sha384');
  assert.equal(parseChecksum(MD5, { allowMd5: true }).algorithm, 'md5');
});

test('what is no usable checksum is refused with the reason', () => {
  assert.throws(() => parseChecksum(MD5), invalid(/MD5 is not accepted/));
  assert.throws(() => parseChecksum(`md5:${MD5}`), invalid(/MD5/));
  assert.throws(() => parseChecksum('abc'), invalid(/3 digits/));
  assert.throws(() => parseChecksum('none'), invalid(/hexadecimal/));
  assert.throws(() => parseChecksum(`sha512:${SHA256}`), invalid(/128 digits/));
  assert.throws(() => parseChecksum(SHA256, { algorithm: 'crc32' }), invalid(/not supported/));
});

test('checksum files of all three forms', () => {
  assert.equal(findInChecksumFile(`\n${SHA256}\n`, 'any'), SHA256.toLowerCase());
  assert.equal(findInChecksumFile(`# made today\n${MD5}  other.img\n${SHA256} *disk.img\r\n`, 'disk.img'), SHA256.toLowerCase());
  assert.equal(findInChecksumFile(`${SHA256}  ./images/disk 1.img`, 'disk 1.img'), SHA256.toLowerCase());
  assert.equal(findInChecksumFile(`SHA256 (other) = ${SHA256}\nSHA512 (disk.img) = ${SHA512}`, 'disk.img'), SHA512);
  for (const content of ['', '# nothing\n', `${SHA256}  other.img`, 'disk.img', `${SHA256}\n${SHA512}`])
    assert.throws(() => findInChecksumFile(content, 'disk.img'), missing, content);
});

test('fuzz: any file yields a digest or an error of the catalogue', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom(SHA256, `${MD5} x`, `SHA1 (x) = ${SHA256}`, '#'));
  fc.assert(
    fc.property(fc.array(line), fc.string(), (lines, name) => {
      try {
        assert.match(findInChecksumFile(lines.join('\n'), name), /^[0-9a-f]+$/);
      } catch (error) {
        assert.ok(missing(error), String(error));
      }
    }),
  );
});

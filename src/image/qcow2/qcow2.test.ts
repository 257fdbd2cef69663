import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { hasCode } from '../../model/errors.ts';
import { openFileDevice } from '../file-device.ts';
import type { ReadableBytes } from '../readable-bytes.ts';
import { convertQcow2ToDevice } from './convert-qcow2.ts';
import { decompressCluster, zstdFrameLength } from './decompress-cluster.ts';
import { openQcow2 } from './open-qcow2.ts';
import { parseQcow2Header } from './qcow2-header.ts';

const MIB = 1 << 20;
/** See test/data/qcow2/README.md. */
const DISK_SHA256 = 'cac7e91728a99339f870572d450f0204f361234b7ed5b6a52c9ce3d3ee97029b';
const NAMES = ['plain', 'v2', 'zlib', 'zstd', 'subclusters', 'small-clusters'];
const images = new Map<string, Buffer>();
let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qcow2-'));
  for (const name of NAMES) {
    const path = fileURLToPath(new URL(`../../../test/data/qcow2/${name}.qcow2.gz`, import.meta.url));
    images.set(name, gunzipSync(await readFile(path)));
  }
});
after(() => rm(directory, { recursive: true }));

function memory(bytes: Buffer): ReadableBytes {
  const check = (offset: number, length: number): void => {
    if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError(`${offset}+${length} of ${bytes.length}`);
  };
  return {
    size: bytes.length,
    async read(offset, length) {
      check(offset, length);
      return bytes.subarray(offset, offset + length);
    },
    async readInto(target, offset) {
      check(offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}

function image(name: string): Buffer {
  const bytes = images.get(name);
  assert.ok(bytes);
  return Buffer.from(bytes);
}

for (const name of NAMES)
  test(`${name}: read and converted to the same disk`, async () => {
    const disk = await openQcow2(memory(image(name)));
    assert.equal(disk.size, MIB);
    const whole = await disk.read(0, MIB);
    assert.equal(createHash('sha256').update(whole).digest('hex'), DISK_SHA256);
    const device = await openFileDevice(join(directory, name), { size: 2 * MIB });
    await device.write(0, Buffer.alloc(2 * MIB, 0x5a));
    assert.equal(await convertQcow2ToDevice(memory(image(name)), device), MIB);
    assert.ok((await device.read(0, MIB)).equals(whole));
    assert.ok((await device.read(MIB, MIB)).equals(Buffer.alloc(MIB, 0x5a)), 'nothing beyond the disk inside is touched');
    await device.close();
  });

test('property: any range reads as the same range of the whole disk', async () => {
  const disks = await Promise.all(NAMES.map((name) => openQcow2(memory(image(name)))));
  const whole = await disks[0]?.read(0, MIB);
  await fc.assert(
    fc.asyncProperty(fc.nat(NAMES.length - 1), fc.nat(MIB), fc.nat(200_000), async (which, offset, length) => {
      const end = Math.min(MIB, offset + length);
      const part = await disks[which]?.read(offset, end - offset);
      assert.ok(whole && part?.equals(whole.subarray(offset, end)));
    }),
    { numRuns: 60 },
  );
});

test('what the header must not say is refused by name', () => {
  const change = (edit: (bytes: Buffer) => void): Buffer => {
    const bytes = image('plain');
    edit(bytes);
    return bytes.subarray(0, 112);
  };
  const cases: [RegExp, Buffer][] = [
    [/no QCOW2 header/, Buffer.alloc(100)],
    [/version is 4/, change((b) => b.writeUInt32BE(4, 4))],
    [/backing file/, change((b) => b.writeBigUInt64BE(512n, 8))],
    [/2\^8 bytes/, change((b) => b.writeUInt32BE(8, 20))],
    [/2\^22 bytes/, change((b) => b.writeUInt32BE(22, 20))],
    [/encrypted/, change((b) => b.writeUInt32BE(2, 32))],
    [/another file/, change((b) => b.writeBigUInt64BE(4n, 72))],
    [/corrupt/, change((b) => b.writeBigUInt64BE(2n, 72))],
    [/bits 0x20/, change((b) => b.writeBigUInt64BE(32n, 72))],
    [/contradict/, change((b) => b.writeBigUInt64BE(8n, 72))],
    [/disk size/, change((b) => b.writeBigUInt64BE(1n << 62n, 24))],
    [/disk size/, change((b) => b.writeBigUInt64BE(511n, 24))],
    [/needs/, change((b) => b.writeBigUInt64BE(1n << 40n, 24))],
    [/too large/, change((b) => b.writeUInt32BE(0xffffffff, 36))],
    [/stands at byte/, change((b) => b.writeBigUInt64BE(77n, 40))],
  ];
  for (const [pattern, bytes] of cases)
    assert.throws(
      () => parseQcow2Header(bytes),
      (e) => hasCode(e, 'IMAGE_REFUSED') && pattern.test(e.message),
      String(pattern),
    );
});

test('a disk that is too small is refused before anything is written', async () => {
  const device = await openFileDevice(join(directory, 'small'), { size: MIB - 512 });
  await assert.rejects(convertQcow2ToDevice(memory(image('zlib')), device), (e) => hasCode(e, 'INSUFFICIENT_DISK_SPACE'));
  assert.ok((await device.read(0, MIB - 512)).equals(Buffer.alloc(MIB - 512)));
  await device.close();
});

test('a damaged cluster, a failing device and an abort end the conversion with their reason', async () => {
  const device = await openFileDevice(join(directory, 'fails'), { size: MIB });
  const damaged = image('zlib');
  // Compressed data start in the first cluster that is no metadata.
  const disk = await openQcow2(memory(damaged));
  for await (const extent of disk.map.extents(0, MIB)) if (extent.kind === 'compressed') damaged.fill(0xff, extent.at, extent.at + 40);
  await assert.rejects(convertQcow2ToDevice(memory(damaged), device), (e) => hasCode(e, 'IMAGE_REFUSED') && /damaged/.test(e.message));
  const broken = { ...device, write: () => Promise.reject(new Error('medium error')) };
  await assert.rejects(convertQcow2ToDevice(memory(image('plain')), broken), /medium error/);
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  await assert.rejects(convertQcow2ToDevice(memory(image('plain')), device, { signal: controller.signal }), /stopped/);
  await device.close();
});

test('zstd frames are measured without decoding them, and several fill a cluster', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4096 }), fc.uint8Array({ maxLength: 50 }), (bytes, rest) => {
      const frame = zstdCompressSync(bytes);
      assert.equal(zstdFrameLength(Buffer.concat([frame, rest])), frame.length);
    }),
  );
  const half = Buffer.alloc(256, 'abc');
  const stored = Buffer.concat([zstdCompressSync(half), zstdCompressSync(half), Buffer.from('next cluster')]);
  assert.deepEqual(Buffer.from(decompressCluster('zstd', stored, 512)), Buffer.concat([half, half]));
  assert.throws(() => decompressCluster('zstd', stored.subarray(0, 20), 512));
});

test('fuzz: mutated images are read or refused, and never read outside, hang or allocate without bound', async () => {
  // Header, first-level table and second-level tables are where a byte means something.
  const name = fc.constantFrom(...NAMES);
  const spot = fc.oneof(
    fc.nat(127),
    fc.integer({ min: 0, max: 1024 }).map((n) => n - 1024),
  );
  const change = fc.tuple(spot, fc.integer({ min: 0, max: 255 }), fc.nat(7));
  const before = process.memoryUsage().rss;
  await fc.assert(
    fc.asyncProperty(name, fc.array(change, { minLength: 1, maxLength: 10 }), fc.option(fc.nat(400_000)), async (which, changes, cut) => {
      const bytes = image(which);
      const cluster = 2 ** bytes.readUInt32BE(20);
      const l1 = Number(bytes.readBigUInt64BE(40));
      const l2 = Number(bytes.readBigUInt64BE(l1) & 0x00ff_ffff_ffff_fe00n);
      for (const [at, value, entry] of changes) {
        const target = at >= 0 ? at : (at % 2 === 0 ? l1 : l2 + Math.floor((-at * 8) % cluster) - ((-at * 8) % 8)) + entry;
        if (target < bytes.length) bytes[target] = value;
      }
      try {
        const disk = await openQcow2(memory(bytes.subarray(0, cut ?? bytes.length)));
        const end = Math.min(disk.size, 4 * MIB);
        let covered = 0;
        for await (const extent of disk.map.extents(0, end)) {
          covered += extent.length;
          if (covered > end + cluster * 64) assert.fail('extents go on beyond the range');
        }
        await disk.read(0, Math.min(end, MIB));
      } catch (error) {
        assert.ok(hasCode(error, 'IMAGE_REFUSED'), `${which}: ${error}`);
      }
    }),
    { numRuns: 600 },
  );
  assert.ok(process.memoryUsage().rss - before < 400 * MIB);
});

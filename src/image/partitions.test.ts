import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../model/errors.ts';
import { openIso } from '../protocol/iso9660/read-iso.ts';
import type { BlockDevice } from './block-device.ts';
import { buildConfigDrive } from './config-drive.ts';
import { createGpt } from './create-gpt.ts';
import { openFileDevice } from './file-device.ts';
import { readGpt, repairGpt } from './gpt.ts';
import { addMbrPartition, diskIdentifier, readMbr } from './mbr.ts';
import { writeConfigDrive } from './write-config-drive.ts';

const LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4';
const MIB = 1 << 20;
let directory = '';
const opened: BlockDevice[] = [];
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'partitions-'));
});
after(() => rm(directory, { recursive: true }));
afterEach(async () => {
  for (const device of opened.splice(0)) await device.close();
});

async function disk(size: number): Promise<BlockDevice> {
  const device = await openFileDevice(join(await mkdtemp(join(directory, 'd')), 'disk'), { size });
  opened.push(device);
  return device;
}

/** Copies an image of `from`'s size onto a larger disk, as a deployment does. */
async function ontoLarger(from: BlockDevice, size: number): Promise<BlockDevice> {
  const larger = await disk(size);
  for (let at = 0; at < from.size; at += MIB) await larger.write(at, await from.read(at, Math.min(MIB, from.size - at)));
  return larger;
}

async function emptyMbr(size: number): Promise<BlockDevice> {
  const device = await disk(size);
  const sector = Buffer.alloc(512);
  sector.writeUInt32LE(0x1234abcd, 440);
  sector.writeUInt16BE(0x55aa, 510);
  await device.write(0, sector);
  return device;
}

test('a table that was written is read, and an image on a larger disk gets its backup moved', async () => {
  const image = await disk(16 * MIB);
  await createGpt(image, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 16383, name: 'root' }]);
  assert.deepEqual((await readGpt(image))?.problems, []);
  const larger = await ontoLarger(image, 256 * MIB);
  const before = await readGpt(larger);
  assert.match(before?.problems.join() ?? '', /disk ends in block 524287/);
  assert.equal(await repairGpt(larger), true);
  assert.equal(await repairGpt(larger), false);
  const repaired = await readGpt(larger);
  assert.deepEqual(repaired?.problems, []);
  assert.equal(repaired?.header.alternateLba, 256 * 2048 - 1);
  assert.equal(repaired?.header.lastUsableLba, 256 * 2048 - 34);
  assert.equal(repaired?.partitions[0]?.name, 'root');
  const stale = await larger.read((16 * 2048 - 1) * 512, 512);
  assert.ok(stale.equals(Buffer.alloc(512)), 'the former backup header is gone');
  const mbr = await larger.read(0, 512);
  assert.equal(mbr.readUInt32LE(458), 256 * 2048 - 1);
});

test('a broken primary is restored from the backup, and two broken copies are refused', async () => {
  const device = await disk(16 * MIB);
  await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 4095 }]);
  await device.write(512 + 60, Buffer.from([1, 2, 3]));
  assert.equal((await readGpt(device))?.from, 'backup');
  assert.equal(await repairGpt(device), true);
  const repaired = await readGpt(device);
  assert.equal(repaired?.from, 'primary');
  assert.deepEqual(repaired?.problems, []);
  await device.write(512 + 60, Buffer.from([1, 2, 3]));
  await device.write(device.size - 512 + 60, Buffer.from([1, 2, 3]));
  await assert.rejects(readGpt(device), (e) => hasCode(e, 'IMAGE_REFUSED'));
});

test('the backup of a former table does not take over a disk that got an MBR image', async () => {
  const device = await disk(16 * MIB);
  await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 4095 }]);
  await device.zero(0, MIB);
  const sector = Buffer.alloc(512);
  sector.writeUInt16BE(0x55aa, 510);
  await device.write(0, sector);
  await addMbrPartition(device, { type: 0x83, firstLba: 2048, blocks: 2048 });
  assert.equal(await readGpt(device), null);
  assert.equal(await repairGpt(device), false);
  assert.equal((await readMbr(device))?.length, 1);
});

test('a config drive becomes the last partition of a GPT disk', async () => {
  const image = await disk(16 * MIB);
  await createGpt(image, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 16383 }]);
  const larger = await ontoLarger(image, 512 * MIB);
  const content = await buildConfigDrive({ meta_data: { hostname: 'h' } }, { uuid: 'u' });
  const written = await writeConfigDrive(larger, content);
  assert.equal(written.created, true);
  assert.equal(written.partition, 2);
  assert.equal(written.offset, 447 * MIB);
  assert.deepEqual((await readGpt(larger))?.problems, []);
  const image2 = await openIso({ size: written.size, read: (offset, length) => larger.read(written.offset + offset, length) });
  assert.equal(image2.label, 'config-2');
  assert.deepEqual(JSON.parse((await image2.readFile('openstack/latest/meta_data.json', 1000)).toString()), { uuid: 'u', hostname: 'h' });

  const again = await writeConfigDrive(larger, content);
  assert.deepEqual(again, { ...written, created: false });
});

test('a config drive becomes the last primary partition of an MBR disk', async () => {
  const device = await emptyMbr(256 * MIB);
  assert.equal(await diskIdentifier(device), '0x1234abcd');
  await addMbrPartition(device, { type: 0x83, firstLba: 2048, blocks: 10_000 });
  const written = await writeConfigDrive(device, await buildConfigDrive({}));
  assert.deepEqual(written, { partition: 2, offset: 192 * MIB, size: 64 * MIB, created: true });
  for (const firstLba of [20_480, 30_720]) await addMbrPartition(device, { type: 0x83, firstLba, blocks: 2048 });
  const full = await emptyMbr(256 * MIB);
  for (const firstLba of [2048, 4096, 6144, 8192]) await addMbrPartition(full, { type: 0x83, firstLba, blocks: 2048 });
  const content = await buildConfigDrive({});
  await assert.rejects(writeConfigDrive(full, content), (e) => hasCode(e, 'DEPLOY_FAILURE') && /all four/.test(e.message));
});

test('on an MBR disk over 2 TiB it sits below what the table can name', async () => {
  const device = await emptyMbr(3 * 1024 * 1024 * MIB);
  const written = await writeConfigDrive(device, await buildConfigDrive({}));
  assert.equal(written.offset + written.size, 2 * 1024 * 1024 * MIB);
});

test('a disk without room, without a table, or with two such partitions is refused with the reason', async () => {
  const content = await buildConfigDrive({ user_data: 'x'.repeat(2 * MIB) });
  const small = await disk(16 * MIB);
  await createGpt(small, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 16 * 2048 - 2 * 1024 }]);
  await assert.rejects(writeConfigDrive(small, content), (e) => hasCode(e, 'DEPLOY_FAILURE') && /does not fit/.test(e.message));
  await assert.rejects(writeConfigDrive(await disk(16 * MIB), content), (e) => hasCode(e, 'DEPLOY_FAILURE'));
  const twice = await disk(64 * MIB);
  await createGpt(twice, [
    { typeGuid: LINUX, firstLba: 2048, lastLba: 2048 * 9 - 1 },
    { typeGuid: LINUX, firstLba: 2048 * 9, lastLba: 2048 * 20 - 1 },
  ]);
  for (const first of [2048, 2048 * 9]) await twice.write(first * 512, content);
  await assert.rejects(writeConfigDrive(twice, content), (e) => hasCode(e, 'DEPLOY_FAILURE') && /both/.test(e.message));
});

test('less than 64 MiB behind the last partition is enough when the drive fits', async () => {
  const device = await disk(32 * MIB);
  await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 20 * 2048 - 1 }]);
  const written = await writeConfigDrive(device, await buildConfigDrive({}));
  assert.equal(written.offset, 20 * MIB);
});

test('zeroing gives blocks back and keeps the rest', async () => {
  const path = join(directory, 'sparse');
  const device = await openFileDevice(path, { size: 64 * MIB });
  await device.zero(0, 64 * MIB);
  assert.equal((await stat(path)).blocks, 0);
  await device.write(8 * MIB, Buffer.alloc(4 * MIB, 1));
  await device.zero(9 * MIB, MIB);
  assert.ok((await device.read(9 * MIB, MIB)).equals(Buffer.alloc(MIB)));
  assert.ok((await device.read(10 * MIB, MIB)).equals(Buffer.alloc(MIB, 1)));
  await device.zero(8 * MIB, 56 * MIB);
  assert.equal((await stat(path)).blocks, 0);
  await assert.rejects(device.write(64 * MIB - 1, Buffer.alloc(2)), RangeError);
  await assert.rejects(device.read(-1, 2), RangeError);
  await device.close();
  await assert.rejects(openFileDevice(path, { size: 32 * MIB }), (e) => hasCode(e, 'INVALID_PARAMETER'));
});

test('fuzz: a mutated table is read, repaired or refused', async () => {
  const device = await disk(MIB);
  await createGpt(device, [{ typeGuid: LINUX, firstLba: 64, lastLba: 1000, name: 'x' }]);
  const good = await device.read(0, MIB);
  const spots = fc.oneof(fc.integer({ min: 440, max: 1200 }), fc.integer({ min: MIB - 600, max: MIB - 1 }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(spots, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }), async (changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      await device.write(0, bytes);
      try {
        await repairGpt(device);
        assert.deepEqual((await readGpt(device))?.problems ?? [], []);
      } catch (error) {
        assert.ok(hasCode(error, 'IMAGE_REFUSED'), String(error));
      }
    }),
    { numRuns: 150 },
  );
});

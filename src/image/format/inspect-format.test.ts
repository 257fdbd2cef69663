import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { hasCode } from '../../model/errors.ts';
import { bufferSource } from '../../protocol/iso9660/byte-source.ts';
import { isoBuffer } from '../../protocol/iso9660/write-iso.ts';
import { checkImageFormat, inspectFormat } from './inspect-format.ts';

const refused = (pattern: RegExp) => (error: unknown) => hasCode(error, 'IMAGE_REFUSED') && pattern.test(error.message);
const inspect = (bytes: Buffer) => inspectFormat(bufferSource(bytes));
const QCOW2 = gunzipSync(await readFile(fileURLToPath(new URL('../../../test/data/qcow2/plain.qcow2.gz', import.meta.url))));

/** A disk whose first sector has these partition entries: flag, type, start. */
function mbr(...entries: [number, number, number][]): Buffer {
  const disk = Buffer.alloc(64 << 10);
  entries.forEach(([flag, type, start], index) => {
    const at = 446 + index * 16;
    disk[at] = flag;
    if (type === 0xee) disk.write('000200', at + 1, 'hex');
    disk[at + 4] = type;
    disk.writeUInt32LE(start, at + 8);
    disk.writeUInt32LE(100, at + 12);
  });
  disk.writeUInt16BE(0x55aa, 510);
  return disk;
}

const DESCRIPTOR = [
  '# Disk DescriptorFile',
  'version=1',
  'CID=1',
  'createType="streamOptimized"',
  '',
  'RW 200 SPARSE "a.vmdk"',
  'ddb.adapterType = "ide"',
];
function vmdk(lines = DESCRIPTOR): Buffer {
  const bytes = Buffer.alloc(64 << 10);
  bytes.write('KDMV');
  bytes.writeUInt32LE(3, 4);
  bytes.writeBigUInt64LE(200n, 12);
  bytes.writeBigUInt64LE(1n, 28);
  bytes.writeBigUInt64LE(2n, 36);
  bytes.write(lines.join('\n'), 512);
  return bytes;
}

test('formats are told from content', async () => {
  assert.deepEqual(await inspect(Buffer.alloc(5000)), { format: 'raw', virtualSize: 5000 });
  assert.deepEqual(await inspect(Buffer.alloc(3)), { format: 'raw', virtualSize: 3 });
  assert.deepEqual(await inspect(mbr([0x80, 0x83, 2048])), { format: 'gpt', virtualSize: 64 << 10 });
  assert.deepEqual(await inspect(mbr([0, 0xee, 1])), { format: 'gpt', virtualSize: 64 << 10 });
  assert.deepEqual(await inspect(QCOW2), { format: 'qcow2', virtualSize: 1 << 20 });
  assert.deepEqual(await inspect(vmdk()), { format: 'vmdk', virtualSize: 102_400 });
  const iso = await isoBuffer({ label: 'X', date: new Date(0), files: [] });
  assert.equal((await inspect(iso)).format, 'iso');
  const vdi = Buffer.alloc(1024);
  vdi.writeUInt32LE(0xbeda107f, 64);
  vdi.writeBigUInt64LE(4096n, 368);
  assert.deepEqual(await inspect(vdi), { format: 'vdi', virtualSize: 4096 });
  assert.equal((await inspect(Buffer.from('vhdxfile'.padEnd(600)))).format, 'vhdx');
  const fixed = Buffer.alloc(2048);
  fixed.write('conectix', 1536);
  fixed.writeUInt32BE(0x10000, 1548);
  fixed.writeBigUInt64BE(1536n, 1584);
  assert.deepEqual(await inspect(fixed), { format: 'vhd', virtualSize: 1536 });
});

test('hybrid boot media are ISO images; FAT boot sectors are no partition tables', async () => {
  const iso = await isoBuffer({ label: 'X', date: new Date(0), files: [] });
  mbr([0x80, 0x17, 0]).copy(iso, 0, 0, 512);
  assert.equal((await inspect(iso)).format, 'iso');
  const fat = mbr([0x12, 0x34, 5]);
  fat[0x10] = 2;
  fat[0x15] = 0xf8;
  assert.equal((await inspect(fat)).format, 'raw');
});

test('two formats at once, and unsafe ones, are refused', async () => {
  const forged = Buffer.concat([QCOW2]);
  mbr([0x80, 0x83, 2048]).copy(forged, 446, 446, 512);
  await assert.rejects(inspect(forged), refused(/qcow2 and gpt at once/));
  await assert.rejects(inspect(Buffer.from('QED\0'.padEnd(600))), refused(/QED is never safe/));
  await assert.rejects(inspect(mbr([0x12, 0x83, 5])), refused(/boot flag 0x12/));
  await assert.rejects(inspect(mbr()), refused(/no partitions/));
  await assert.rejects(inspect(mbr([0, 0xee, 1], [0, 0x83, 7])), refused(/beside others/));
  await assert.rejects(inspect(mbr([0, 0xee, 2])), refused(/block 2/));
  const backed = Buffer.from(QCOW2);
  backed.writeBigUInt64BE(200n, 8);
  await assert.rejects(inspect(backed), refused(/backing file/));
  const luks = Buffer.alloc(600);
  luks.write('LUKS\xba\xbe', 0, 'latin1');
  luks.writeUInt16BE(2, 6);
  await assert.rejects(inspect(luks), refused(/version 2/));
});

test('VMDK descriptors are read line by line', async () => {
  const with_ = (from: string, to: string) => inspect(vmdk(DESCRIPTOR.map((line) => (line === from ? to : line))));
  const extent = 'RW 200 SPARSE "a.vmdk"';
  await assert.rejects(with_(extent, 'RW 200 FLAT "/etc/passwd"'), refused(/names a path/));
  await assert.rejects(with_(extent, ''), refused(/no extents/));
  await assert.rejects(with_('createType="streamOptimized"', 'createType="monolithicFlat"'), refused(/type is monolithicFlat/));
  await assert.rejects(with_('version=1', 'surprise'), refused(/"surprise"/));
  await assert.rejects(inspect(Buffer.from('# Disk DescriptorFile\n'.padEnd(600))), refused(/bare descriptor/));
  const elsewhere = vmdk();
  elsewhere.writeBigUInt64LE(7n, 28);
  await assert.rejects(inspect(elsewhere), refused(/does not follow/));
  const footer = vmdk();
  footer.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 56);
  await assert.rejects(inspect(footer), refused(/footer/));
});

test('content must be permitted, and be what it is declared as', async () => {
  const check = (bytes: Buffer, declared: string | null, permitted = ['raw', 'qcow2']) =>
    checkImageFormat(bufferSource(bytes), { declared, permitted });
  const disk = mbr([0x80, 0x83, 2048]);
  assert.equal((await check(disk, 'raw')).format, 'gpt');
  assert.equal((await check(Buffer.alloc(600), 'gpt')).format, 'raw');
  assert.equal((await check(QCOW2, null)).format, 'qcow2');
  assert.equal((await check(QCOW2, 'unknown')).format, 'qcow2');
  assert.equal((await check(QCOW2, 'QCOW2')).format, 'qcow2');
  await assert.rejects(check(QCOW2, 'raw'), refused(/declared as raw, but its content is qcow2/));
  await assert.rejects(check(disk, 'qcow2'), refused(/declared as qcow2/));
  await assert.rejects(check(vmdk(), null), refused(/allows only raw, qcow2/));
  await assert.rejects(check(QCOW2, 'qcow2', ['raw']), refused(/allows only raw/));
});

test('fuzz: anything is told apart or refused', async () => {
  const seeds = [QCOW2.subarray(0, 70_000), vmdk(), mbr([0x80, 0x83, 2048]), mbr([0, 0xee, 1])];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(seeds.length - 1),
      fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 }),
      fc.option(fc.nat(2000)),
      async (which, changes, cut) => {
        const bytes = Buffer.from(seeds[which] ?? []).subarray(0, cut ?? undefined);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        await inspect(bytes).then(
          (report) => assert.ok(report.virtualSize === null || report.virtualSize >= 0),
          (error) => assert.ok(hasCode(error, 'IMAGE_REFUSED'), String(error)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

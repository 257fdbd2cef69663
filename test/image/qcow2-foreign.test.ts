import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { openFileDevice } from '../../src/image/file-device.ts';
import { convertQcow2ToDevice } from '../../src/image/qcow2/convert-qcow2.ts';
import { openQcow2 } from '../../src/image/qcow2/open-qcow2.ts';
import { openFileBytes } from '../../src/image/readable-bytes.ts';

const run = promisify(execFile);
const MIB = 1 << 20;
/** Not a whole number of clusters of any size used here. */
const SIZE = 37 * MIB + 5 * 512;
let directory = '';
let raw = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qcow2-'));
  raw = join(directory, 'raw');
  const file = await open(raw, 'w');
  await file.truncate(SIZE);
  // Noise, text, zeros and holes side by side, and data at the very end.
  const noise = randomBytes(2 * MIB);
  await file.write(noise, 0, undefined, 3 * MIB + 4096);
  await file.write(Buffer.from('some text to be packed\n'.repeat(200_000)), 0, undefined, 12 * MIB);
  await file.write(Buffer.alloc(MIB), 0, undefined, 20 * MIB);
  await file.write(noise.subarray(0, 100_000), 0, undefined, SIZE - 100_000);
  await file.close();
});
after(() => rm(directory, { recursive: true }));

async function check(image: string): Promise<void> {
  const target = join(directory, `${image}.raw`);
  const size = 40 * MIB;
  const source = await openFileBytes(join(directory, image));
  const device = await openFileDevice(target, { size });
  let last = 0;
  await convertQcow2ToDevice(source, device, {
    progress: (done, total) => {
      assert.ok(done > last && done <= total);
      last = done;
    },
  });
  assert.equal(last, SIZE);
  const disk = await openQcow2(source);
  for (const [offset, length] of [
    [3 * MIB - 5, 300_000],
    [12 * MIB + 77, 3 * MIB],
    [SIZE - 3 * MIB, 3 * MIB],
  ] as const)
    assert.ok((await disk.read(offset, length)).equals(await device.read(offset, length)), `${image} at ${offset}`);
  await device.close();
  await source.close();
  assert.ok((await stat(target)).blocks * 512 < 14 * MIB, `${image}: holes stay holes`);
  await run('truncate', ['-s', String(SIZE), target]);
  await run('cmp', [raw, target]);
  await run('qemu-img', ['compare', '-f', 'qcow2', '-F', 'raw', join(directory, image), target]);
}

const variants: Record<string, string[]> = {
  plain: [],
  'version 2': ['-o', 'compat=0.10'],
  zlib: ['-c'],
  'zlib version 2': ['-c', '-o', 'compat=0.10'],
  zstd: ['-c', '-o', 'compression_type=zstd'],
  subclusters: ['-o', 'extended_l2=on,cluster_size=128k'],
  'subclusters zstd': ['-c', '-o', 'extended_l2=on,cluster_size=32k,compression_type=zstd'],
  preallocated: ['-o', 'preallocation=metadata'],
};
for (const size of ['512', '4k', '2M'])
  for (const [name, options] of Object.entries({ '': [], zlib: ['-c'], zstd: ['-c'] }))
    variants[`clusters of ${size} ${name}`] = [...options, '-o', `cluster_size=${size}${name === 'zstd' ? ',compression_type=zstd' : ''}`];

for (const [name, options] of Object.entries(variants))
  test(`qemu-img: ${name}`, async () => {
    const image = `${name.replaceAll(' ', '-')}.qcow2`;
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, raw, join(directory, image)]);
    await check(image);
  });

test('qemu-img: an image with internal snapshots, rewritten and zeroed parts', async () => {
  const image = join(directory, 'snapshots.qcow2');
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, image]);
  await run('qemu-img', ['snapshot', '-c', 'before', image]);
  await run('qemu-io', ['-f', 'qcow2', '-c', 'write -P 0x55 1M 3M', '-c', 'write -z 13M 2M', '-c', 'discard 12M 64k', image]);
  const expected = join(directory, 'snapshots.expected');
  await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', image, expected]);
  const source = await openFileBytes(image);
  const device = await openFileDevice(join(directory, 'snapshots.raw'), { size: 40 * MIB });
  await convertQcow2ToDevice(source, device);
  await device.close();
  await source.close();
  await run('truncate', ['-s', String(SIZE), join(directory, 'snapshots.raw')]);
  await run('cmp', [expected, join(directory, 'snapshots.raw')]);
});

test('qemu-img: images with backing file, data file or encryption are refused', async () => {
  const make = async (name: string, args: string[]): Promise<string> => {
    const path = join(directory, name);
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...args, path, '10M']);
    return path;
  };
  for (const [path, reason] of [
    [await make('backed.qcow2', ['-b', raw, '-F', 'raw']), /backing file/],
    [await make('data.qcow2', ['-o', `data_file=${join(directory, 'data')},data_file_raw=on`]), /another file/],
    [await make('encrypted.qcow2', ['--object', 'secret,id=s,data=abc', '-o', 'encrypt.format=aes,encrypt.key-secret=s']), /encrypted/],
  ] as const) {
    const source = await openFileBytes(path);
    await assert.rejects(openQcow2(source), reason);
    await source.close();
  }
});

test('an old disk is overwritten wholly, and a smaller one is refused', async () => {
  const image = join(directory, 'old.qcow2');
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, image]);
  const source = await openFileBytes(image);
  const device = await openFileDevice(join(directory, 'old.raw'), { size: 38 * MIB });
  await device.write(0, Buffer.alloc(38 * MIB, 0xaa));
  await convertQcow2ToDevice(source, device);
  await device.close();
  await run('truncate', ['-s', String(SIZE), join(directory, 'old.raw')]);
  await run('cmp', [raw, join(directory, 'old.raw')]);
  const small = await openFileDevice(join(directory, 'small.raw'), { size: 37 * MIB });
  await assert.rejects(convertQcow2ToDevice(source, small), /has only/);
  await small.close();
  await source.close();
});

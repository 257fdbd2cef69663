import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGpt } from '../../image/create-gpt.ts';
import { openFileDevice } from '../../image/file-device.ts';

const MIB = 1024 * 1024;
const LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** A whole-disk image: GPT, one partition; its bytes follow from `seed`, with a hole of zeros in the middle. */
export async function smallDiskImage(size = 8 * MIB, seed = 1): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'wrought-image-'));
  const path = join(directory, 'image');
  try {
    const device = await openFileDevice(path, { size });
    await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: size / 512 - 34, name: 'root' }]);
    const body = Buffer.alloc(size - 3 * MIB);
    let x = seed >>> 0;
    for (let at = 0; at < body.length; at += 4) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      if (at < MIB || at >= 3 * MIB) body.writeUInt32LE(x, at);
    }
    await device.write(MIB, body);
    await device.write(440, Buffer.from('78563412', 'hex'));
    await device.close();
    return await readFile(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const CLUSTER = 65536;

/** The same disk as a QCOW2 image (version 3, one L2 table, clusters of zeros left out). At most 512 MiB. */
export function asQcow2(disk: Buffer): Buffer {
  const clusters = Math.ceil(disk.length / CLUSTER);
  const header = Buffer.alloc(CLUSTER);
  header.write('QFI\xfb', 0, 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(BigInt(disk.length), 24);
  header.writeUInt32BE(1, 36);
  header.writeBigUInt64BE(BigInt(CLUSTER), 40);
  header.writeBigUInt64BE(BigInt(3 * CLUSTER), 48);
  header.writeUInt32BE(1, 56);
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(104, 100);
  const l1 = Buffer.alloc(CLUSTER);
  l1.writeBigUInt64BE((1n << 63n) | BigInt(2 * CLUSTER), 0);
  const l2 = Buffer.alloc(CLUSTER);
  const refcounts = Buffer.alloc(CLUSTER);
  const data: Buffer[] = [];
  for (let index = 0; index < clusters; index++) {
    const cluster = Buffer.alloc(CLUSTER);
    disk.copy(cluster, 0, index * CLUSTER, (index + 1) * CLUSTER);
    if (cluster.every((byte) => byte === 0)) continue;
    l2.writeBigUInt64BE((1n << 63n) | BigInt((4 + data.length) * CLUSTER), index * 8);
    data.push(cluster);
  }
  return Buffer.concat([header, l1, l2, refcounts, ...data]);
}

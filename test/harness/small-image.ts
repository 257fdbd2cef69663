import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGpt } from '../../src/image/create-gpt.ts';
import { openFileDevice } from '../../src/image/file-device.ts';

const MIB = 1024 * 1024;
/** Linux file system data (UEFI partition type). */
const LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** A whole-disk image with a GPT and one partition full of bytes that follow from `seed`. */
export async function makeSmallImage({ size = 4 * MIB, seed = 1 }: { size?: number; seed?: number } = {}): Promise<Buffer> {
  const dir = await mkdtemp(join(tmpdir(), 'wrought-image-'));
  const path = join(dir, 'image.raw');
  try {
    const device = await openFileDevice(path, { size, sectorSize: 512 });
    await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: size / 512 - 34, name: 'root' }]);
    const body = Buffer.alloc(size - 2 * MIB);
    let x = seed >>> 0;
    for (let at = 0; at < body.length; at += 4) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      body.writeUInt32LE(x, at);
    }
    await device.write(MIB, body);
    await device.close();
    return await readFile(path);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

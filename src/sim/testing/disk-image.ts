import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGpt } from '../../image/create-gpt.ts';
import { openFileDevice } from '../../image/file-device.ts';

export interface DiskImage {
  readonly bytes: Buffer;
  /** Hexadecimal, of the whole image. */
  readonly sha256: string;
  /** Hexadecimal, of what the firmware sees of it: the first bytes of its one partition. */
  readonly seenSha256: string;
}

const MIB = 1024 * 1024;
const FIRST_BYTE = MIB;
const LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** A raw whole-disk image of `size` bytes with a GPT and one partition full of content: for tests. */
export async function diskImage(size = 8 * MIB): Promise<DiskImage> {
  const dir = await mkdtemp(join(tmpdir(), 'wrought-image-'));
  try {
    const path = join(dir, 'image.raw');
    const device = await openFileDevice(path, { size });
    const lastByte = size - MIB;
    await createGpt(device, [{ typeGuid: LINUX, firstLba: FIRST_BYTE / 512, lastLba: lastByte / 512 - 1, name: 'root' }]);
    const content = Buffer.alloc(lastByte - FIRST_BYTE);
    for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2_654_435_761) % 4_294_967_296, at);
    await device.write(FIRST_BYTE, content);
    await device.close();
    const bytes = await readFile(path);
    return { bytes, sha256: sha256(bytes), seenSha256: sha256(content.subarray(0, MIB)) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

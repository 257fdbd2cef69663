import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { WroughtError } from '../model/errors.ts';

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** Room is asked for in steps of so many bytes, because nobody knows how large the result becomes. */
const STEP = 1 << 30;

/**
 * Replaces a zstd-compressed file by its content, as the peer does with every download. Other files are left alone.
 *
 * @returns true when the file was compressed.
 * @throws IMAGE_REFUSED when the compression is damaged, INSUFFICIENT_DISK_SPACE.
 */
export async function unpackZstd(
  path: string,
  options: { demandSpace: (bytes: number, purpose: string) => Promise<void>; signal: AbortSignal },
): Promise<boolean> {
  if (!(await beginsWith(path, MAGIC))) return false;
  const part = `${path}.part`;
  let left = 0;
  const watch = new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      try {
        left -= chunk.length;
        if (left < 0) {
          await options.demandSpace(STEP, 'unpacking the image');
          left = STEP;
        }
        done(null, chunk);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  try {
    await pipeline(createReadStream(path), createZstdDecompress(), watch, createWriteStream(part), { signal: options.signal });
  } catch (error) {
    await rm(part, { force: true });
    options.signal.throwIfAborted();
    if (error instanceof WroughtError) throw error;
    throw new WroughtError('IMAGE_REFUSED', 'the image is compressed with zstd, and the compression is damaged', { cause: error });
  }
  await rename(part, path);
  return true;
}

async function beginsWith(path: string, magic: Buffer): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return bytesRead === magic.length && buffer.equals(magic);
  } finally {
    await file.close();
  }
}

import { open } from 'node:fs/promises';
import type { ByteSource } from '../protocol/iso9660/byte-source.ts';

/** Random access that can also fill a buffer of the caller's, so that a long copy reuses its buffers. */
export interface ReadableBytes extends ByteSource {
  /** Fills all of `target` from `offset` on. @throws when the range ends beyond `size`. */
  readInto(target: Uint8Array, offset: number): Promise<void>;
}

/** A file opened for reading. */
export interface FileBytes extends ReadableBytes {
  close(): Promise<void>;
}

/** Opens a regular file for random reading. @throws the file system's errors. */
export async function openFileBytes(path: string): Promise<FileBytes> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const readInto = async (target: Uint8Array, offset: number): Promise<void> => {
    if (offset < 0 || offset + target.length > size)
      throw new RangeError(`${path}: bytes ${offset}+${target.length} lie outside of its ${size} bytes`);
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw new RangeError(`${path}: became shorter while it was read`);
      done += bytesRead;
    }
  };
  return {
    size,
    readInto,
    async read(offset, length) {
      if (length < 0 || offset < 0 || offset + length > size)
        throw new RangeError(`${path}: bytes ${offset}+${length} lie outside of its ${size} bytes`);
      const buffer = Buffer.allocUnsafe(length);
      await readInto(buffer, offset);
      return buffer;
    },
    close: () => handle.close(),
  };
}

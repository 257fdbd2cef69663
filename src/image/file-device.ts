import { type FileHandle, open } from 'node:fs/promises';
import { WroughtError } from '../model/errors.ts';
import type { BlockDevice } from './block-device.ts';
import type { ReadableBytes } from './readable-bytes.ts';
import { withoutRoom } from './without-room.ts';

export interface FileDeviceOptions {
  /** Bytes; a whole number of sectors. Missing: the file must exist and keeps its size. */
  readonly size?: number;
  /** Logical sector size; 512 when not said. */
  readonly sectorSize?: 512 | 4096;
  /** Opens for reading only; writes then fail. */
  readonly readOnly?: boolean;
}

/** Longest piece read at once while looking for data to erase. */
const PIECE = 4 << 20;

/**
 * A sparse file as a disk. Missing files are created; a file of another size than asked for is refused rather than cut. The device
 * expects to be the file's only writer; its methods may be called at once for ranges that do not overlap.
 *
 * @throws INVALID_PARAMETER when the size does not fit, INSUFFICIENT_DISK_SPACE when the file system has no room; so do writes.
 */
export async function openFileDevice(path: string, options: FileDeviceOptions = {}): Promise<BlockDevice & ReadableBytes> {
  const sectorSize = options.sectorSize ?? 512;
  const handle = await openHandle(path, options);
  try {
    const present = await handle.stat();
    const size = options.size ?? present.size;
    if (size <= 0 || size % sectorSize !== 0)
      throw new WroughtError('INVALID_PARAMETER', `${path}: a disk of ${size} bytes is no whole number of ${sectorSize}-byte sectors`);
    if (present.size === 0 && !options.readOnly)
      await handle.truncate(size).catch((error: unknown) => Promise.reject(withoutRoom(error, `${path}: a disk of ${size} bytes`)));
    else if (present.size !== size)
      throw new WroughtError('INVALID_PARAMETER', `${path}: has ${present.size} bytes, while a disk of ${size} was wished for`);
    return fileDevice(path, handle, { size, sectorSize, dataEnd: present.blocks === 0 ? 0 : size });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openHandle(path: string, options: FileDeviceOptions): Promise<FileHandle> {
  if (options.readOnly) return open(path, 'r');
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (options.size === undefined || !isMissing(error)) throw error;
    return open(path, 'wx+', 0o600);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function fileDevice(
  path: string,
  handle: FileHandle,
  start: { size: number; sectorSize: number; dataEnd: number },
): BlockDevice & ReadableBytes {
  const { size, sectorSize } = start;
  // Everything from here on is a hole: zeroing there costs nothing.
  let dataEnd = start.dataEnd;
  // Writes wait while the file is cut, or the cut could take them along.
  let cutting: Promise<void> | undefined;

  const check = (offset: number, length: number): void => {
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > size)
      throw new RangeError(`${path}: bytes ${offset}+${length} lie outside of the disk of ${size} bytes`);
  };
  const readInto = async (target: Uint8Array, offset: number): Promise<void> => {
    check(offset, target.length);
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw new RangeError(`${path}: the file ends at byte ${offset + done}, before its disk does`);
      done += bytesRead;
    }
  };
  const read = async (offset: number, length: number): Promise<Buffer> => {
    check(offset, length);
    const buffer = Buffer.allocUnsafe(length);
    await readInto(buffer, offset);
    return buffer;
  };
  const write = async (offset: number, data: Uint8Array): Promise<void> => {
    check(offset, data.length);
    await cutting;
    dataEnd = Math.max(dataEnd, offset + data.length);
    let done = 0;
    try {
      while (done < data.length) done += (await handle.write(data, done, data.length - done, offset + done)).bytesWritten;
    } catch (error) {
      throw withoutRoom(error, `${path}: the next ${data.length - done} of ${size} bytes`);
    }
  };
  const eraseData = async (offset: number, end: number): Promise<void> => {
    const zeros = Buffer.alloc(64 << 10);
    for (let at = offset; at < end; at += PIECE) {
      const piece = await read(at, Math.min(PIECE, end - at));
      for (let from = 0; from < piece.length; from += zeros.length) {
        const part = piece.subarray(from, from + zeros.length);
        const nothing = zeros.subarray(0, part.length);
        if (!part.equals(nothing)) await write(at + from, nothing);
      }
    }
  };

  return {
    size,
    sectorSize,
    read,
    readInto,
    write,
    async zero(offset, length) {
      check(offset, length);
      await cutting;
      const end = Math.min(offset + length, dataEnd);
      if (end <= offset) return;
      if (end < dataEnd) {
        await eraseData(offset, end);
        return;
      }
      // All data from `offset` on goes: cutting the file gives its blocks back.
      dataEnd = offset;
      cutting = handle.truncate(offset).then(() => handle.truncate(size));
      await cutting;
      cutting = undefined;
    },
    flush: () => handle.sync(),
    close: () => handle.close(),
  };
}

import { IsoError } from './iso-error.ts';

/** A directory record as found; the bytes after the identifier are left to the reader of extensions. */
export interface DirectoryRecord {
  readonly extent: number;
  /** Bytes. */
  readonly size: number;
  readonly directory: boolean;
  /** Another record of the same file follows (6.5.1). */
  readonly more: boolean;
  readonly identifier: Buffer;
  readonly systemUse: Buffer;
}

/** Parses one record (9.1). @throws IsoError when its lengths contradict each other. */
export function parseRecord(bytes: Buffer): DirectoryRecord {
  const length = bytes[0] ?? 0;
  const identifierLength = bytes[32] ?? 0;
  const identifierEnd = 33 + identifierLength;
  if (length < 34 || length > bytes.length || identifierEnd > length)
    throw new IsoError(`a directory record of ${length} bytes does not hold its identifier of ${identifierLength} bytes`);
  const flags = bytes[25] ?? 0;
  return {
    extent: bytes.readUInt32LE(2) + (bytes[1] ?? 0),
    size: bytes.readUInt32LE(10),
    directory: (flags & 2) !== 0,
    more: (flags & 0x80) !== 0,
    identifier: bytes.subarray(33, identifierEnd),
    systemUse: bytes.subarray(Math.min(length, identifierEnd + (identifierLength % 2 === 0 ? 1 : 0)), length),
  };
}

/** Splits a directory's bytes into records; a zero length skips to the next sector (6.8.1.1). */
export function* recordsOf(directory: Buffer, sectorSize: number): Generator<DirectoryRecord, void, undefined> {
  let at = 0;
  while (at < directory.length) {
    const length = directory[at] ?? 0;
    if (length === 0) {
      at = (Math.floor(at / sectorSize) + 1) * sectorSize;
      continue;
    }
    yield parseRecord(directory.subarray(at));
    at += length;
  }
}

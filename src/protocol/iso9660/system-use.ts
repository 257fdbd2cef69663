import type { ByteSource } from './byte-source.ts';
import { IsoError } from './iso-error.ts';

/** Continuation areas followed for one record before the image is called broken. */
const MAX_CONTINUATIONS = 16;
/** Longest area read at once; writers keep one within a sector. */
const MAX_AREA = 8192;

/** Rock Ridge facts of one record. */
export interface RockRidge {
  /** SP was seen: the volume uses the protocol. */
  readonly sharing: boolean;
  /** Bytes to skip at the start of the entries of all other records. */
  readonly skip: number;
  /** True name, null when the record has none. */
  readonly name: string | null;
  /** POSIX mode, null when the record has none. */
  readonly mode: number | null;
}

/** Reads the entries of a record, following continuations. @throws IsoError when they run in circles or out of the image. */
export async function readSystemUse(source: ByteSource, blockSize: number, first: Buffer, skip: number): Promise<RockRidge> {
  let sharing = false;
  let skipFound = 0;
  let mode: number | null = null;
  const name: Buffer[] = [];
  let area: Buffer | null = first.subarray(Math.min(skip, first.length));
  for (let turn = 0; area !== null; turn++) {
    if (turn > MAX_CONTINUATIONS) throw new IsoError(`a directory record continues more than ${MAX_CONTINUATIONS} times`);
    let next: { block: number; offset: number; length: number } | null = null;
    for (const entry of entriesOf(area)) {
      const signature = entry.toString('latin1', 0, 2);
      if (signature === 'ST') break;
      if (signature === 'SP' && entry.length >= 7 && entry[4] === 0xbe && entry[5] === 0xef) {
        sharing = true;
        skipFound = entry[6] ?? 0;
      } else if (signature === 'NM' && entry.length >= 5) {
        // Flags 2 and 4 stand for "." and "..", which readers know anyway.
        if (((entry[4] ?? 0) & 6) === 0) name.push(entry.subarray(5));
      } else if (signature === 'PX' && entry.length >= 8) {
        mode = entry.readUInt32LE(4);
      } else if (signature === 'CE' && entry.length >= 28) {
        next = { block: entry.readUInt32LE(4), offset: entry.readUInt32LE(12), length: entry.readUInt32LE(20) };
      }
    }
    area = next === null ? null : await readArea(source, blockSize, next);
  }
  return { sharing, skip: skipFound, name: name.length === 0 ? null : Buffer.concat(name).toString('utf8'), mode };
}

async function readArea(source: ByteSource, blockSize: number, at: { block: number; offset: number; length: number }): Promise<Buffer> {
  const start = at.block * blockSize + at.offset;
  if (at.length > MAX_AREA || start + at.length > source.size)
    throw new IsoError(`a continuation area of ${at.length} bytes at byte ${start} lies outside of the image`);
  return source.read(start, at.length);
}

function* entriesOf(area: Buffer): Generator<Buffer, void, undefined> {
  let at = 0;
  while (at + 4 <= area.length) {
    const length = area[at + 2] ?? 0;
    // A shorter entry is padding or garbage: nothing after it can be trusted.
    if (length < 4 || at + length > area.length) return;
    yield area.subarray(at, at + length);
    at += length;
  }
}

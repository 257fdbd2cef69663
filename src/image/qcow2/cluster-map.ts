import { WroughtError } from '../../model/errors.ts';
import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import type { Qcow2Header } from './qcow2-header.ts';

/** A piece of the disk inside, and where its bytes are. */
export type Extent =
  | { readonly kind: 'zero'; readonly offset: number; readonly length: number }
  | { readonly kind: 'data'; readonly offset: number; readonly length: number; readonly at: number }
  /** One cluster; `stored` bytes hold its compressed form and perhaps the start of the next one. */
  | { readonly kind: 'compressed'; readonly offset: number; readonly length: number; readonly at: number; readonly stored: number };

const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;

/** Resolves the two-level table. Memory: the first-level table's needed part and one second-level table. */
export interface ClusterMap {
  /** Extents of the range, in order and without gaps. Zero and data extents span as many clusters as they can. */
  extents(from: number, to: number): AsyncGenerator<Extent, void, undefined>;
}

/** @throws IMAGE_REFUSED when the first-level table lies outside of the file. */
export async function readClusterMap(source: ByteSource, header: Qcow2Header): Promise<ClusterMap> {
  const { clusterSize, l1Entries, l1Offset, virtualSize } = header;
  if (l1Entries > 0 && l1Offset + l1Entries * 8 > source.size) broken('the first-level table lies outside of the file');
  const l1 = l1Entries > 0 ? await source.read(l1Offset, l1Entries * 8) : Buffer.alloc(0);
  const entrySize = header.extendedL2 ? 16 : 8;
  const entries = clusterSize / entrySize;
  let cached: { at: number; table: Buffer } | undefined;

  const table = async (index: number): Promise<Buffer | null> => {
    const at = Number(l1.readBigUInt64BE(index * 8) & OFFSET_MASK);
    if (at === 0) return null;
    if (cached?.at === at) return cached.table;
    if (at % clusterSize !== 0 || at + clusterSize > source.size) broken(`a second-level table stands at byte ${at}`);
    cached = { at, table: await source.read(at, clusterSize) };
    return cached.table;
  };

  async function* pieces(from: number, to: number): AsyncGenerator<Extent, void, undefined> {
    for (let offset = from; offset < to; ) {
      const cluster = Math.floor(offset / clusterSize);
      const l1Index = Math.floor(cluster / entries);
      const l2 = await table(l1Index);
      if (l2 === null) {
        const end = Math.min(to, (l1Index + 1) * entries * clusterSize);
        yield { kind: 'zero', offset, length: end - offset };
        offset = end;
        continue;
      }
      const end = Math.min(to, (cluster + 1) * clusterSize);
      const position = (cluster % entries) * entrySize;
      const entry = l2.readBigUInt64BE(position);
      const bitmap = header.extendedL2 ? l2.readBigUInt64BE(position + 8) : null;
      yield* clusterPieces(source.size, header, { entry, bitmap, start: cluster * clusterSize, from: offset, to: end });
      offset = end;
    }
  }
  return { extents: (from, to) => merged(pieces(from, Math.min(to, virtualSize))) };
}

/** What one second-level entry says about its cluster. */
function* clusterPieces(
  fileSize: number,
  header: Qcow2Header,
  at: { entry: bigint; bitmap: bigint | null; start: number; from: number; to: number },
): Generator<Extent, void, undefined> {
  const { entry, bitmap, start, from, to } = at;
  const { clusterSize } = header;
  if ((entry & COMPRESSED) !== 0n) {
    // The width of the offset shrinks as clusters grow, because the length needs more bits.
    const width = 62n - BigInt(Math.log2(clusterSize) - 8);
    const host = Number(entry & ((1n << width) - 1n));
    const count = Number((entry & (COMPRESSED - 1n)) >> width) + 1;
    const stored = Math.min(count * 512 - (host % 512), fileSize - host);
    if (stored <= 0) broken(`a compressed cluster stands at byte ${host}, beyond the end of the file`);
    yield { kind: 'compressed', offset: start, length: clusterSize, at: host, stored };
    return;
  }
  const host = Number(entry & OFFSET_MASK);
  if (host % clusterSize !== 0) broken(`a cluster stands at byte ${host}, which is no whole number of clusters`);
  const piece = function* (kind: 'zero' | 'data', offset: number, length: number): Generator<Extent, void, undefined> {
    const at = host + offset - start;
    // A file may end within its last cluster; what is missing was never written.
    const present = kind === 'zero' ? 0 : Math.max(0, Math.min(length, fileSize - at));
    if (present > 0) yield { kind: 'data', offset, length: present, at };
    if (present < length) yield { kind: 'zero', offset: offset + present, length: length - present };
  };
  if (bitmap === null) {
    const zero = host === 0 || (header.version === 3 && (entry & 1n) === 1n);
    yield* piece(zero ? 'zero' : 'data', from, to - from);
    return;
  }
  const size = clusterSize / 32;
  for (let index = Math.floor((from - start) / size); start + index * size < to; index++) {
    const allocated = ((bitmap >> BigInt(index)) & 1n) === 1n;
    const zero = ((bitmap >> BigInt(index + 32)) & 1n) === 1n;
    if (allocated && (zero || host === 0)) broken(`the subclusters of the cluster at byte ${host} contradict each other`);
    const offset = Math.max(from, start + index * size);
    yield* piece(allocated ? 'data' : 'zero', offset, Math.min(to, start + (index + 1) * size) - offset);
  }
}

/** Joins neighbours that are alike and, for data, also neighbours in the file. */
async function* merged(pieces: AsyncGenerator<Extent, void, undefined>): AsyncGenerator<Extent, void, undefined> {
  let open: Extent | undefined;
  for await (const piece of pieces) {
    if (open?.kind === 'zero' && piece.kind === 'zero') open = { ...open, length: open.length + piece.length };
    else if (open?.kind === 'data' && piece.kind === 'data' && open.at + open.length === piece.at)
      open = { ...open, length: open.length + piece.length };
    else {
      if (open) yield open;
      open = piece;
    }
  }
  if (open) yield open;
}

function broken(reason: string): never {
  throw new WroughtError('IMAGE_REFUSED', `QCOW2 image: it is damaged: ${reason}`);
}

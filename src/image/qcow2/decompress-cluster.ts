import { inflateRawSync, zstdDecompressSync } from 'node:zlib';

/**
 * Decompresses one cluster. The stored bytes may go on after the compressed form, with that of other clusters.
 *
 * @throws Error when the bytes do not decompress into exactly one cluster.
 */
export function decompressCluster(compression: 'zlib' | 'zstd', stored: Uint8Array, clusterSize: number): Uint8Array {
  const cluster = compression === 'zlib' ? inflate(stored, clusterSize) : unzstd(stored, clusterSize);
  if (cluster.length !== clusterSize) throw new Error(`${cluster.length} bytes came out instead of ${clusterSize}`);
  return cluster;
}

/** One byte more than a cluster: for an exact fit zlib would get a second, empty, output buffer. */
function limits(clusterSize: number): { chunkSize: number; maxOutputLength: number } {
  return { chunkSize: Math.max(64, clusterSize + 1), maxOutputLength: clusterSize };
}

function inflate(stored: Uint8Array, clusterSize: number): Uint8Array {
  return inflateRawSync(stored, limits(clusterSize));
}

/**
 * Gives the memory of a decompressed cluster back at once. The collector sees only the small object in front of it, and would let tens of
 * MiB gather in every thread.
 */
export function releaseCluster(cluster: Uint8Array): void {
  const { buffer } = cluster;
  // Small ones are cut from a pool that others share.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/** One or more frames up to the size of the cluster. The decoder is given whole frames only, or it would read on into the next cluster. */
function unzstd(stored: Uint8Array, clusterSize: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; size < clusterSize; ) {
    const length = zstdFrameLength(stored.subarray(at));
    const part = zstdDecompressSync(stored.subarray(at, at + length), limits(clusterSize - size));
    if (part.length === 0) throw new Error('an empty frame');
    parts.push(part);
    size += part.length;
    at += length;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** Bytes of the first zstd frame (RFC 8878, 3.1.1). @throws Error when it is cut off or no such frame. */
export function zstdFrameLength(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 6 || view.readUInt32LE(0) !== 0xfd2fb528) throw new Error('no zstd frame');
  const descriptor = view[4] ?? 0;
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let last = false; !last; ) {
    if (at + 3 > view.length) throw new Error('a zstd frame is cut off');
    const header = view.readUIntLE(at, 3);
    last = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) throw new Error('a zstd block of reserved type');
    at += 3 + (type === 1 ? 1 : header >> 3);
  }
  at += (descriptor & 4) !== 0 ? 4 : 0;
  if (at > view.length) throw new Error('a zstd frame is cut off');
  return at;
}

import { WroughtError } from '../../model/errors.ts';
import type { BlockDevice } from '../block-device.ts';
import type { ReadableBytes } from '../readable-bytes.ts';
import { type DecompressPool, startDecompressPool } from './decompress-pool.ts';
import { type LaneBuffers, startLanes } from './lanes.ts';
import { openQcow2 } from './open-qcow2.ts';
import { writeSparse } from './write-sparse.ts';

export interface ConvertOptions {
  /** Called as bytes of the disk are done, zeros included. */
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Bytes moved by one operation; a batch of compressed clusters has at least one cluster. */
const PIECE = 1 << 20;
/** Operations under way at once. With two buffers of PIECE each this bounds the memory. */
const LANES = 6;

/**
 * Writes the disk inside of a QCOW2 image to a device. What is not allocated or zero reads as zeros afterwards, without being written
 * where the device can do so. Decompression runs in worker threads; memory does not depend on the image.
 *
 * @returns bytes of the disk inside.
 * @throws IMAGE_REFUSED for images that cannot be read safely, INSUFFICIENT_DISK_SPACE when the device is smaller than the disk inside,
 * the signal's reason, and whatever the device throws.
 */
export async function convertQcow2ToDevice(source: ReadableBytes, device: BlockDevice, options: ConvertOptions = {}): Promise<number> {
  const image = await openQcow2(source);
  const { clusterSize, compression, virtualSize } = image.header;
  if (virtualSize > device.size)
    throw new WroughtError(
      'INSUFFICIENT_DISK_SPACE',
      `the image holds a disk of ${virtualSize} bytes, but the disk to be written has only ${device.size}`,
    );
  const lanes = startLanes(LANES, options.signal);
  let done = 0;
  const report = (length: number): void => {
    done += length;
    options.progress?.(done, virtualSize);
  };
  const batchSize = Math.max(PIECE, clusterSize);
  let pool: DecompressPool | undefined;
  let batch: Batch | undefined;

  const flushBatch = async (): Promise<void> => {
    if (!batch) return;
    const { clusters, start, end } = batch;
    batch = undefined;
    pool ??= startDecompressPool();
    const threads = pool;
    await lanes.run(async (buffers) => {
      const first = clusters[0]?.offset ?? 0;
      const length = Math.min(clusters.length * clusterSize, virtualSize - first);
      const data = await decompressBatch(source, threads, { clusters, start, end, clusterSize, compression, batchSize }, buffers);
      await writeSparse(device, first, data.subarray(0, length));
      report(length);
    });
  };

  try {
    for await (const extent of image.map.extents(0, virtualSize)) {
      if (extent.kind === 'compressed') {
        const joined: Batch | null = batch ? joinedBatch(batch, extent, batchSize, clusterSize) : null;
        if (!joined) await flushBatch();
        batch = joined ?? { clusters: [extent], start: extent.at, end: extent.at + extent.stored };
        continue;
      }
      await flushBatch();
      if (extent.kind === 'zero') {
        await lanes.run(async () => {
          await device.zero(extent.offset, extent.length);
          report(extent.length);
        });
        continue;
      }
      for (let from = 0; from < extent.length; from += PIECE) {
        const length = Math.min(PIECE, extent.length - from);
        await lanes.run(async (buffers) => {
          const data = buffers.take('data', PIECE).subarray(0, length);
          await source.readInto(data, extent.at + from);
          await writeSparse(device, extent.offset + from, data);
          report(length);
        });
      }
    }
    await flushBatch();
    await lanes.end();
    await device.flush();
    return virtualSize;
  } finally {
    await lanes.settle();
    await pool?.close();
  }
}

/** Consecutive clusters whose stored bytes lie close together, so that one read fetches them. */
interface Batch {
  readonly clusters: { readonly offset: number; readonly at: number; readonly stored: number }[];
  readonly start: number;
  readonly end: number;
}

/** The batch with one more cluster, or null when it would become too large or have a gap. */
function joinedBatch(
  batch: Batch,
  next: { offset: number; at: number; stored: number },
  batchSize: number,
  clusterSize: number,
): Batch | null {
  const start = Math.min(batch.start, next.at);
  const end = Math.max(batch.end, next.at + next.stored);
  const follows = batch.clusters.at(-1)?.offset === next.offset - clusterSize;
  if (!follows || (batch.clusters.length + 1) * clusterSize > batchSize || end - start > batchSize) return null;
  batch.clusters.push(next);
  return { clusters: batch.clusters, start, end };
}

async function decompressBatch(
  source: ReadableBytes,
  pool: DecompressPool,
  job: Batch & { clusterSize: number; compression: 'zlib' | 'zstd'; batchSize: number },
  buffers: LaneBuffers,
): Promise<Uint8Array> {
  // A single cluster's stored form may be longer than a cluster: twice its size is the most that the format can state.
  const stored = buffers.take('stored', Math.max(job.batchSize, 2 * job.clusterSize));
  const clusters = buffers.take('data', job.batchSize);
  await source.readInto(stored.subarray(0, job.end - job.start), job.start);
  const reply = await pool.run({
    compression: job.compression,
    clusterSize: job.clusterSize,
    stored: stored.buffer,
    pieces: job.clusters.map((c) => ({ at: c.at - job.start, length: c.stored })),
    clusters: clusters.buffer,
  });
  buffers.giveBack('stored', reply.stored);
  buffers.giveBack('data', reply.clusters);
  if (reply.failure !== null)
    throw new WroughtError(
      'IMAGE_REFUSED',
      `QCOW2 image: a compressed cluster from byte ${job.clusters[0]?.offset} on is damaged: ${reply.failure}`,
    );
  return new Uint8Array(reply.clusters);
}

/** Worker thread: decompresses batches of clusters, so that the event loop never waits for it. */
import { parentPort } from 'node:worker_threads';
import { decompressCluster, releaseCluster } from './decompress-cluster.ts';
import type { DecompressJob, DecompressReply } from './decompress-pool.ts';

const port = parentPort;
if (port === null) throw new Error('decompress-worker.ts runs only as a worker thread');

port.on('message', (job: DecompressJob) => {
  const stored = new Uint8Array(job.stored);
  const clusters = new Uint8Array(job.clusters);
  let failure: string | null = null;
  job.pieces.forEach(({ at, length }, index) => {
    if (failure !== null) return;
    try {
      const cluster = decompressCluster(job.compression, stored.subarray(at, at + length), job.clusterSize);
      clusters.set(cluster, index * job.clusterSize);
      releaseCluster(cluster);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
  });
  const reply: DecompressReply = { stored: job.stored, clusters: job.clusters, failure };
  port.postMessage(reply, [job.stored, job.clusters]);
});

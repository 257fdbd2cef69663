import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** A batch of clusters. Both buffers are handed over and come back with the reply, so that they are used again and again. */
export interface DecompressJob {
  readonly compression: 'zlib' | 'zstd';
  readonly clusterSize: number;
  readonly stored: ArrayBuffer;
  /** Where in `stored` each cluster's bytes are. */
  readonly pieces: readonly { readonly at: number; readonly length: number }[];
  /** Room for the decompressed clusters. */
  readonly clusters: ArrayBuffer;
}

export interface DecompressReply {
  readonly stored: ArrayBuffer;
  readonly clusters: ArrayBuffer;
  /** What was wrong with the first bad cluster. */
  readonly failure: string | null;
}

export interface DecompressPool {
  readonly size: number;
  run(job: DecompressJob): Promise<DecompressReply>;
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (reply: DecompressReply) => void;
  readonly reject: (error: Error) => void;
}

/** Worker threads for one conversion; a thread answers its jobs in order. */
export function startDecompressPool(size = Math.min(4, availableParallelism())): DecompressPool {
  const threads = Array.from({ length: size }, () => startThread());
  let next = 0;
  return {
    size,
    run(job) {
      const thread = threads[next++ % threads.length];
      return thread ? thread.run(job) : Promise.reject(new Error('the pool has no threads'));
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.worker.terminate()));
    },
  };
}

function startThread(): { worker: Worker; run(job: DecompressJob): Promise<DecompressReply> } {
  const worker = new Worker(new URL('./decompress-worker.ts', import.meta.url), {
    // The threads hold a few buffers only; small heaps keep the conversion within its memory bound.
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
  const pending: Pending[] = [];
  const failAll = (error: Error): void => {
    for (const { reject } of pending.splice(0)) reject(error);
  };
  worker.on('message', (reply: DecompressReply) => pending.shift()?.resolve(reply));
  worker.on('error', (error) => failAll(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => failAll(new Error('a decompression thread ended')));
  return {
    worker,
    run: (job) =>
      new Promise((resolve, reject) => {
        pending.push({ resolve, reject });
        worker.postMessage(job, [job.stored, job.clusters]);
      }),
  };
}

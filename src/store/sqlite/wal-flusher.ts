import { type FileHandle, open } from 'node:fs/promises';

/** Makes what was committed survive a power cut, without holding up the event loop. */
export interface WalFlusher {
  /** Resolves when everything committed before the call is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Group commit: SQLite commits into the write-ahead log without a disk flush (`synchronous=normal`), and the log is flushed here by the
 * thread pool, once for all transactions that wait by then. It is the very flush that `synchronous=full` does at each commit, but that
 * one stands still with the whole process for as long as the disk takes.
 *
 * @param path of the database; its log stands beside it and lives as long as a connection is open.
 */
export function createWalFlusher(path: string): WalFlusher {
  let file: Promise<FileHandle> | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function sync(): Promise<void> {
    file ??= open(`${path}-wal`, 'r');
    await (await file).datasync();
  }

  return {
    async flush() {
      // The flush under way may have begun before the caller's commit: only the one after it counts.
      if (running) {
        next ??= running.catch(() => undefined).then(start);
        return next;
      }
      return start();
    },
    async close() {
      await running?.catch(() => undefined);
      await (await file)?.close();
    },
  };

  function start(): Promise<void> {
    next = undefined;
    const mine = sync().finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  }
}

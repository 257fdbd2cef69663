import type { RedfishClock } from './redfish-clock.ts';

/** Runs work one at a time, first come first served, with a pause between two. */
export interface SerialQueue {
  /** Rejects with the signal's reason when aborted while waiting. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Pieces of work that wait or run. */
  readonly length: number;
}

/** @param spacingMs least time between the end of one piece of work and the start of the next. */
export function createSerialQueue(clock: RedfishClock, spacingMs: number): SerialQueue {
  let last: Promise<void> = Promise.resolve();
  let lastEnd = Number.NEGATIVE_INFINITY;
  let length = 0;

  return {
    get length() {
      return length;
    },
    async run(work, signal) {
      const before = last;
      let release: () => void = () => {};
      // Whoever leaves the queue early must still keep the order for those behind.
      const done = new Promise<void>((resolve) => {
        release = resolve;
      });
      last = before.then(() => done);
      length++;
      try {
        await untilAborted(before, signal);
        const gap = lastEnd + spacingMs - clock.now();
        if (gap > 0) await clock.sleep(gap, signal);
        try {
          return await work();
        } finally {
          lastEnd = clock.now();
        }
      } finally {
        length--;
        release();
      }
    },
  };
}

function untilAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return turn;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    turn.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}

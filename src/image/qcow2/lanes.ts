/** Buffers of one lane, by purpose; one that was handed to a thread comes back with its reply. */
export interface LaneBuffers {
  take(purpose: 'stored' | 'data', size: number): Uint8Array<ArrayBuffer>;
  giveBack(purpose: 'stored' | 'data', buffer: ArrayBuffer): void;
}

export interface Lanes {
  /** Starts the work as soon as a lane is free. @throws the first failure of any lane, or the signal's reason. */
  run(work: (buffers: LaneBuffers) => Promise<void>): Promise<void>;
  /** Waits for all lanes. @throws as `run` does. */
  end(): Promise<void>;
  /** Waits for all lanes, never throws. */
  settle(): Promise<void>;
}

/** A fixed number of operations at once, each with buffers of its own that are used again by the next. */
export function startLanes(count: number, signal: AbortSignal | undefined): Lanes {
  const free = Array.from({ length: count }, () => laneBuffers());
  const busy = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const check = (): void => {
    signal?.throwIfAborted();
    if (failure) throw failure.error;
  };
  const settle = async (): Promise<void> => {
    while (busy.size > 0) await Promise.all(busy);
  };
  return {
    async run(work) {
      check();
      while (free.length === 0) await Promise.race(busy);
      check();
      const buffers = free.pop();
      if (!buffers) return;
      const running = work(buffers)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          busy.delete(running);
          free.push(buffers);
        });
      busy.add(running);
    },
    async end() {
      await settle();
      check();
    },
    settle,
  };
}

function laneBuffers(): LaneBuffers {
  const held = new Map<string, ArrayBuffer>();
  return {
    take(purpose, size) {
      let buffer = held.get(purpose);
      if (!buffer || buffer.detached || buffer.byteLength < size) {
        buffer = new ArrayBuffer(size);
        held.set(purpose, buffer);
      }
      return new Uint8Array(buffer);
    },
    giveBack(purpose, buffer) {
      held.set(purpose, buffer);
    },
  };
}

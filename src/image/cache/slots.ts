/** At most `count` pieces of work at once; the others wait in order. */
export interface Slots {
  /** @throws the signal's reason when it is aborted while waiting, or what the work throws. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export function createSlots(count: () => number): Slots {
  let busy = 0;
  const waiting: (() => void)[] = [];
  const next = (): void => {
    if (busy < count()) waiting.shift()?.();
  };
  return {
    async run(signal, work) {
      while (busy >= count()) {
        await new Promise<void>((resolve, reject) => {
          const turn = (): void => {
            signal.removeEventListener('abort', giveUp);
            resolve();
          };
          const giveUp = (): void => {
            waiting.splice(waiting.indexOf(turn), 1);
            reject(signal.reason);
          };
          if (signal.aborted) {
            reject(signal.reason);
            return;
          }
          signal.addEventListener('abort', giveUp, { once: true });
          waiting.push(turn);
        });
      }
      busy++;
      try {
        return await work();
      } finally {
        busy--;
        next();
      }
    },
  };
}

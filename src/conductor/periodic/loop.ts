import { messageOf } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';

export interface Loop {
  /** Ends the loop and waits for a round that is under way. */
  stop(): Promise<void>;
}

/**
 * Runs `round` every so many seconds, never two at a time: the pause begins when a round has ended. 0 or less switches the loop off. An
 * error in a round is logged and the loop goes on.
 */
export function startLoop(ctx: ConductorContext, name: string, seconds: number, round: () => Promise<void>): Loop {
  let stopped = false;
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    if (stopped) return;
    cancel = ctx.clock.after(seconds * 1000, () => {
      running = round()
        .catch((error: unknown) => ctx.log.error({ loop: name, error: messageOf(error) }, 'a round of periodic work failed'))
        .finally(schedule);
    });
  };
  if (seconds > 0) schedule();
  return {
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}

/** Calls `work` for the items, at most `most` at a time. */
export async function inParallel<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(most, items.length)) }, lane));
}

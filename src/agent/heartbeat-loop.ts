import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';

/** A forced heartbeat goes out this soon after the former one at the earliest, in milliseconds. */
const SMALLEST_GAP = 1000;

export interface HeartbeatLoop {
  /** Asks for a heartbeat now: a command has ended and the conductor wants to know. */
  force(): void;
  /** Resolves when the signal ended the loop. */
  readonly ended: Promise<void>;
}

/**
 * Sends heartbeats until the signal is aborted: the first at once, then after 0.3 to 0.6 of the time-out, after a failure in 5 to 10
 * seconds. The jitter keeps a rack's heartbeats apart.
 *
 * @param timeout `heartbeat_timeout` of the lookup, seconds.
 */
export function startHeartbeatLoop(parts: {
  send: () => Promise<void>;
  timeout: number;
  clock: Clock;
  random: () => number;
  log: Logger;
  signal: AbortSignal;
}): HeartbeatLoop {
  const { clock, random, log, signal } = parts;
  let forced = false;
  let wake: () => void = () => {};

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const sent = clock.now();
      forced = false;
      let interval: number;
      try {
        await parts.send();
        interval = parts.timeout * 1000 * (0.3 + 0.3 * random());
      } catch (error) {
        if (signal.aborted) return;
        interval = 5000 * (1 + random());
        log.warn({ error: messageOf(error), retry_ms: Math.round(interval) }, 'heartbeat failed');
      }
      await until(sent + interval, sent);
    }
  }

  /** Sleeps until the time given, or until forced but not sooner than the smallest gap. */
  async function until(due: number, last: number): Promise<void> {
    for (;;) {
      const at = forced ? Math.min(due, last + SMALLEST_GAP) : due;
      const left = at - clock.now();
      if (left <= 0 || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(left, done);
        function done(): void {
          cancel();
          signal.removeEventListener('abort', done);
          resolve();
        }
        wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
    }
  }

  return {
    force() {
      forced = true;
      wake();
    },
    ended: run(),
  };
}

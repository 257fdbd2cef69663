import type { Clock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { PowerState } from '../../model/node.ts';
import type { Task } from '../driver.ts';

/** The last question, asked when the time is over, gets this long for its answer. */
const LAST_ANSWER_MS = 5000;

/**
 * Asks until the machine is in the wanted state: after 1 s first, then ever less often. A BMC that does not answer for a while is no
 * failure as long as there is time. @throws POWER_STATE_FAILURE when the time is over, saying what was seen last.
 */
export async function waitForPower(
  parts: { clock: Clock; task: Task; wish: string; wanted: PowerState; timeoutSeconds: number },
  read: (signal: AbortSignal) => Promise<PowerState | null>,
): Promise<void> {
  const { clock, task, wish, wanted, timeoutSeconds } = parts;
  const end = clock.now() + timeoutSeconds * 1000;
  // A question to a dead BMC may take minutes with all its tries: it ends soon after the time for the whole.
  const deadline = new AbortController();
  const cancel = clock.after(timeoutSeconds * 1000 + LAST_ANSWER_MS, () => deadline.abort(new Error('the time is over')));
  const signal = AbortSignal.any([task.signal, deadline.signal]);
  let seen = 'nothing';
  try {
    await untilReached();
  } finally {
    cancel();
  }

  async function untilReached(): Promise<void> {
    for (let pause = 1000; ; pause = Math.min(pause * 1.5, 10_000)) {
      const left = end - clock.now();
      if (left <= 0) break;
      await clock.sleep(Math.min(pause, left), task.signal);
      try {
        const state = await read(signal);
        if (state === wanted) return;
        seen = state ?? 'an unknown state';
      } catch (error) {
        task.signal.throwIfAborted();
        if (deadline.signal.aborted) break;
        if (!hasCode(error, 'BMC_UNREACHABLE', 'BMC_REFUSED')) throw error;
        seen = error.message;
      }
    }
    const subject = task.node.name ?? task.node.uuid;
    throw new WroughtError('POWER_STATE_FAILURE', `node ${subject}: ${wish}: not reached within ${timeoutSeconds} s; seen last: ${seen}`);
  }
}

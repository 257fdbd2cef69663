import type { Clock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { PowerState } from '../../model/node.ts';
import type { Task } from '../driver.ts';

/**
 * Asks until the machine is in the wanted state: after 1 s first, then ever less often. A BMC that does not answer for a while is no
 * failure as long as there is time. @throws POWER_STATE_FAILURE when the time is over, saying what was seen last.
 */
export async function waitForPower(
  parts: { clock: Clock; task: Task; wish: string; wanted: PowerState; timeoutSeconds: number },
  read: () => Promise<PowerState | null>,
): Promise<void> {
  const { clock, task, wish, wanted, timeoutSeconds } = parts;
  const end = clock.now() + timeoutSeconds * 1000;
  let seen = 'nothing';
  for (let pause = 1000; ; pause = Math.min(pause * 1.5, 10_000)) {
    const left = end - clock.now();
    if (left <= 0) break;
    await clock.sleep(Math.min(pause, left), task.signal);
    try {
      const state = await read();
      if (state === wanted) return;
      seen = state ?? 'an unknown state';
    } catch (error) {
      if (!hasCode(error, 'BMC_UNREACHABLE', 'BMC_REFUSED')) throw error;
      seen = error.message;
    }
  }
  const subject = task.node.name ?? task.node.uuid;
  throw new WroughtError('POWER_STATE_FAILURE', `node ${subject}: ${wish}: not reached within ${timeoutSeconds} s; seen last: ${seen}`);
}

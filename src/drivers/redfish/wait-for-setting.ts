import type { Clock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { Task } from '../driver.ts';

const POLL_SECONDS = 15;

/**
 * Some settings take effect with the next boot only: reboot, ask until it holds, put the power back as it was. @param timeoutSeconds 0
 * does not wait at all. @throws BMC_REFUSED when it does not hold in time.
 */
export async function rebootUntil(
  parts: { clock: Clock; task: Task; wish: string; timeoutSeconds: number },
  holds: () => Promise<boolean>,
): Promise<void> {
  const { clock, task, wish, timeoutSeconds } = parts;
  if (timeoutSeconds === 0 || (await holds())) return;
  const before = await task.driver.power.getPowerState(task);
  await task.power('rebooting');
  const end = clock.now() + timeoutSeconds * 1000;
  let seen = 'the old value';
  while (clock.now() < end) {
    await clock.sleep(POLL_SECONDS * 1000, task.signal);
    try {
      if (await holds()) {
        if (before === 'power off') await task.power('power off');
        return;
      }
      seen = 'the old value';
    } catch (error) {
      // The BMC may well be busy with the change.
      if (!hasCode(error, 'BMC_UNREACHABLE', 'BMC_REFUSED')) throw error;
      seen = error.message;
    }
  }
  throw new WroughtError(
    'BMC_REFUSED',
    `node ${task.node.name ?? task.node.uuid}: ${wish}: not taken over within ${timeoutSeconds} s of a reboot; seen last: ${seen}`,
  );
}

import { WroughtError } from '../../model/errors.ts';
import type { BootDevice } from '../../model/node.ts';
import type { Task } from '../driver.ts';

/** @throws INVALID_PARAMETER when the device is not among the supported ones. */
export function checkBootDevice(task: Task, device: BootDevice, supported: readonly BootDevice[]): void {
  if (supported.includes(device)) return;
  throw new WroughtError(
    'INVALID_PARAMETER',
    `node ${task.node.name ?? task.node.uuid}: boot device ${device}: not offered; offered are ${supported.join(', ')}`,
  );
}

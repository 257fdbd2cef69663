import { WroughtError } from '../../model/errors.ts';
import { isRedfishError } from '../../protocol/redfish/redfish-error.ts';
import type { Task } from '../driver.ts';
import { redfishTargetOf } from './boot-device-map.ts';
import { type BmcDeps, withBmc } from './with-bmc.ts';

/**
 * Some BMCs refuse a persistent boot device. It is remembered then (`driver_internal_info.redfish_boot_device`) and set once again before
 * every boot. A failure is worth a warning only: the machine may still boot as it should.
 */
export async function restoreBootDevice(deps: BmcDeps, task: Task): Promise<void> {
  const device = task.node.driver_internal_info.redfish_boot_device;
  const target = typeof device === 'string' ? redfishTargetOf(device) : null;
  if (target === null) return;
  try {
    await withBmc(deps, task, `boot from ${device} once more`, (bmc, options) => bmc.setBootOverride({ target, enabled: 'Once' }, options));
  } catch (error) {
    if (!(error instanceof WroughtError) || !isRedfishError(error.cause)) throw error;
    task.log.warn({ node: task.node.uuid, error: error.message }, 'remembered boot device could not be set');
  }
}

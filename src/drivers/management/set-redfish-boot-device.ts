import type { BootDevice } from '../../model/node.ts';
import type { BootTarget } from '../../protocol/redfish/views/system.ts';
import type { Task } from '../driver.ts';
import { REDFISH_BOOT_DEVICES, redfishTargetOf } from '../redfish/boot-device-map.ts';
import { type BmcDeps, findingBehind, withBmc } from '../redfish/with-bmc.ts';
import { checkBootDevice } from './check-boot-device.ts';

/**
 * Sets the boot device. Where the BMC refuses to keep it, it is set once and remembered, to be set again before every boot
 * (`restoreBootDevice`). @throws INVALID_PARAMETER for a device without a Redfish name, BMC errors.
 */
export async function setRedfishBootDevice(deps: BmcDeps, task: Task, device: BootDevice, persistent: boolean): Promise<void> {
  checkBootDevice(task, device, REDFISH_BOOT_DEVICES);
  const target = redfishTargetOf(device) ?? 'None';
  const url = task.node.driver_internal_info.redfish_uefi_http_url;
  const httpBootUri = typeof url === 'string' ? url : null;
  const set = (enabled: 'Once' | 'Continuous'): Promise<void> =>
    override(deps, task, { target, enabled, wish: `boot from ${device}${enabled === 'Once' ? ' once' : ''}`, httpBootUri });

  let remember: BootDevice | undefined;
  if (!persistent) {
    await set('Once');
  } else {
    try {
      await set('Continuous');
    } catch (error) {
      const finding = findingBehind(error);
      if (finding === null || !['refused', 'conflict', 'unsupported', 'failed'].includes(finding.kind)) throw error;
      await set('Once');
      task.log.info(
        { node: task.node.uuid, error: finding.message },
        `the BMC does not keep boot device ${device}: it is set again before every boot`,
      );
      remember = device;
    }
  }
  await task.saveInternal({ redfish_boot_device: remember, redfish_uefi_http_url: undefined });
}

function override(
  deps: BmcDeps,
  task: Task,
  wanted: { target: BootTarget; enabled: 'Once' | 'Continuous'; wish: string; httpBootUri: string | null },
): Promise<void> {
  const { target, enabled, httpBootUri } = wanted;
  return withBmc(deps, task, wanted.wish, (bmc, options) =>
    bmc.setBootOverride(target === 'UefiHttp' ? { target, enabled, httpBootUri } : { target, enabled }, options),
  );
}

import type { Config } from '../../config/config.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { BootMode, Node } from '../../model/node.ts';
import { capabilities, targetBootMode } from '../deploy/agent-boot-mode.ts';
import type { Task } from '../driver.ts';

/** True when the instance, or the node, asks for secure boot. */
export function secureBootWanted(node: Node): boolean {
  const wanted = capabilities(node.instance_info.capabilities).secure_boot ?? capabilities(node.properties.capabilities).secure_boot;
  return wanted === true || (typeof wanted === 'string' && wanted.toLowerCase() === 'true');
}

/** Checks what capabilities say about booting. @throws INVALID_PARAMETER. */
export function checkBootCapabilities(node: Node): void {
  for (const [place, value] of [
    ['instance_info', node.instance_info.capabilities],
    ['properties', node.properties.capabilities],
  ] as const) {
    const { boot_mode: mode, secure_boot: secure } = capabilities(value);
    if (mode !== undefined && mode !== 'bios' && mode !== 'uefi')
      throw new WroughtError(
        'INVALID_PARAMETER',
        `Node ${node.uuid}: ${place}/capabilities: boot_mode is ${JSON.stringify(mode)}; bios or uefi is possible`,
      );
    if (secure !== undefined && !/^(true|false)$/i.test(String(secure)))
      throw new WroughtError(
        'INVALID_PARAMETER',
        `Node ${node.uuid}: ${place}/capabilities: secure_boot is ${JSON.stringify(secure)}; true or false is possible`,
      );
  }
}

/**
 * Brings the machine into the boot mode that is asked for, or records the one that it has. A BMC that cannot tell or set it is left as
 * it is; one that tells another mode and cannot change it is a failure.
 */
export async function syncBootMode(task: Task, config: Config): Promise<void> {
  const { management } = task.driver;
  const found = await management.getBootMode(task).catch(unsupportedIsNull);
  const wanted = requestedMode(task.node);
  if (wanted === null && found !== null) {
    if (task.node.driver_internal_info.deploy_boot_mode !== found) await task.saveInternal({ deploy_boot_mode: found });
    return;
  }
  const mode: BootMode = wanted ?? targetBootMode(task.node, config);
  if (mode !== found) {
    const set = management.setBootMode(task, mode);
    await (found === null ? set.catch(unsupportedIsNull) : set);
  }
  if (task.node.driver_internal_info.deploy_boot_mode !== mode) await task.saveInternal({ deploy_boot_mode: mode });
}

/** What a user asked for, not what was found out. */
function requestedMode(node: Node): BootMode | null {
  if (secureBootWanted(node)) return 'uefi';
  const candidates = [
    capabilities(node.instance_info.capabilities).boot_mode,
    node.instance_info.deploy_boot_mode,
    capabilities(node.properties.capabilities).boot_mode,
  ];
  return candidates.find((each) => each === 'bios' || each === 'uefi') ?? null;
}

function unsupportedIsNull(error: unknown): null {
  if (hasCode(error, 'UNSUPPORTED_BY_DRIVER')) return null;
  throw error;
}

import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import { WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';

export type RamdiskPurpose = 'deploy' | 'rescue';

/** What the machine is to boot: a disc made by the operator, or a kernel and a ramdisk that become one. */
export type RamdiskChoice =
  | { readonly kind: 'iso'; readonly iso: string }
  | { readonly kind: 'pair'; readonly kernel: string; readonly ramdisk: string; readonly bootloader: string | null };

/** The rescue states boot the rescue ramdisk, all others the deploy ramdisk. */
export function purposeOf(node: Node): RamdiskPurpose {
  return /^(rescue|rescuing|unrescu)/.test(node.provision_state) ? 'rescue' : 'deploy';
}

/**
 * Finds the node's ramdisk: `driver_info` (disc, then pair), `[conductor]*_by_arch` of its architecture, `[conductor]*`. A pair of which
 * one half is missing is passed over with a warning, or refused where `[conductor]error_on_ramdisk_config_inconsistency` says so.
 *
 * @throws INVALID_PARAMETER naming what is missing.
 */
export function chooseRamdisk(node: Node, purpose: RamdiskPurpose, config: Config, log: Logger): RamdiskChoice {
  const info = node.driver_info;
  const iso = text(info, `${purpose}_iso`) ?? text(info, `redfish_${purpose}_iso`);
  if (iso !== null) return { kind: 'iso', iso };
  const arch = text(node.properties, 'cpu_arch') ?? '';
  const byArch = (name: string): string | null => config.dict('conductor', `${name}_by_arch`)[arch] ?? null;
  const places: [string, (name: string) => string | null][] = [
    ['driver_info', (name) => text(info, name)],
    [`[conductor]*_by_arch for ${arch || 'an unknown architecture'}`, byArch],
    ['[conductor]', (name) => config.optionalString('conductor', name)],
  ];
  for (const [place, read] of places) {
    const kernel = read(`${purpose}_kernel`);
    const ramdisk = read(`${purpose}_ramdisk`);
    if (kernel && ramdisk) return { kind: 'pair', kernel, ramdisk, bootloader: bootloaderOf(node, config, byArch) };
    if (!kernel && !ramdisk) continue;
    const problem = `${place} has only one of ${purpose}_kernel and ${purpose}_ramdisk`;
    if (config.boolean('conductor', 'error_on_ramdisk_config_inconsistency'))
      throw new WroughtError('INVALID_PARAMETER', `Node ${node.uuid}: ${problem}`);
    log.warn({ node: node.uuid }, `${problem}: it is passed over`);
  }
  throw new WroughtError(
    'INVALID_PARAMETER',
    `Node ${node.uuid}: there is no ${purpose} ramdisk: driver_info needs ${purpose}_kernel and ${purpose}_ramdisk, or ${purpose}_iso, or [conductor] defaults for them`,
  );
}

function bootloaderOf(node: Node, config: Config, byArch: (name: string) => string | null): string | null {
  return (
    text(node.driver_info, 'bootloader') ??
    byArch('bootloader') ??
    config.optionalString('conductor', 'bootloader') ??
    config.optionalString('DEFAULT', 'esp_image')
  );
}

function text(info: JsonObject, key: string): string | null {
  const value = info[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

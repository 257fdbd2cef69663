import type { Config } from '../../config/config.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { BootMode, Node } from '../../model/node.ts';

/**
 * The boot mode that the instance is installed for: secure boot means UEFI; else the instance's capability, its older
 * `deploy_boot_mode`, the node's capability, what was found out for this deployment, what the BMC tells; else
 * `[deploy]default_boot_mode` (null configuration: uefi).
 */
export function targetBootMode(node: Node, config: Config | null): BootMode {
  const instance = capabilities(node.instance_info.capabilities);
  const own = capabilities(node.properties.capabilities);
  if (isTrue(instance.secure_boot) || isTrue(own.secure_boot)) return 'uefi';
  const candidates = [
    instance.boot_mode,
    node.instance_info.deploy_boot_mode,
    own.boot_mode,
    node.driver_internal_info.deploy_boot_mode,
    node.boot_mode,
    config?.string('deploy', 'default_boot_mode'),
  ];
  for (const each of candidates) if (each === 'bios' || each === 'uefi') return each;
  return 'uefi';
}

/** Capabilities as an object, a JSON text of one, or `a:b,c:d`. */
export function capabilities(value: Json | undefined): JsonObject {
  if (isJsonObject(value)) return value;
  if (typeof value !== 'string') return {};
  if (value.trimStart().startsWith('{')) {
    try {
      const parsed: unknown = JSON.parse(value);
      return isJsonObject(parsed) ? parsed : {};
    } catch {
      // Neither form: there are no capabilities to be read.
      return {};
    }
  }
  return Object.fromEntries(
    value.split(',').flatMap((part) => {
      const at = part.indexOf(':');
      return at > 0 ? [[part.slice(0, at).trim(), part.slice(at + 1).trim()]] : [];
    }),
  );
}

function isTrue(value: Json | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

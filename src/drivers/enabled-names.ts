import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import { WroughtError } from '../model/errors.ts';
import type { InterfaceKind } from '../model/interface-kind.ts';
import type { HardwareType } from './driver.ts';
import { PEER_HARDWARE_TYPES, PEER_IMPLEMENTATIONS } from './known-elsewhere.ts';

interface Wanted {
  option: string;
  built: readonly string[];
  known: readonly string[];
}

/** Enabled hardware types that are built, in the order of the option. @throws INTERFACE_NOT_FOUND for a name that nobody knows. */
export function enabledTypeNames(config: Config, log: Logger, built: readonly string[]): string[] {
  return enabledNames(config, log, { option: 'enabled_hardware_types', built, known: PEER_HARDWARE_TYPES });
}

/**
 * Enabled implementations of a kind that are built. Where the option is empty: the favourite of each enabled type, in turn.
 * @throws INTERFACE_NOT_FOUND for a name that nobody knows.
 */
export function enabledImplementationNames(
  config: Config,
  log: Logger,
  kind: InterfaceKind,
  built: readonly string[],
  types: readonly HardwareType[],
): string[] {
  const names = enabledNames(config, log, { option: `enabled_${kind}_interfaces`, built, known: PEER_IMPLEMENTATIONS[kind] });
  if (names.length > 0 || config.list('DEFAULT', `enabled_${kind}_interfaces`).length > 0) return names;
  return [...new Set(types.flatMap((type) => type.supports[kind].slice(0, 1)))];
}

function enabledNames(config: Config, log: Logger, { option, built, known }: Wanted): string[] {
  const found = new Set<string>();
  for (const name of config.list('DEFAULT', option)) {
    if (name === '') {
      log.warn({ option }, `[DEFAULT]${option} holds an empty name; ignored`);
    } else if (found.has(name)) {
      log.warn({ option, name }, `[DEFAULT]${option} names ${name} twice`);
    } else if (built.includes(name)) {
      found.add(name);
    } else if (known.includes(name)) {
      // The stock defaults name many of these; only a person's own choice deserves a warning.
      const tell = config.isSet('DEFAULT', option) ? log.warn : log.debug;
      tell.call(log, { option, name }, `[DEFAULT]${option} names ${name}, which is not built yet; left out`);
    } else {
      throw new WroughtError(
        'INTERFACE_NOT_FOUND',
        `[DEFAULT]${option} names "${name}", which does not exist; built are ${built.join(', ')}`,
      );
    }
  }
  return [...found];
}

import { WroughtError } from '../model/errors.ts';
import { INTERFACE_KINDS, type InterfaceField, type InterfaceKind, perKind } from '../model/interface-kind.ts';
import type { HardwareType, InterfaceOfKind, Properties } from './driver.ts';
import type { DriverDeps } from './driver-deps.ts';
import type { DriverRegistry } from './driver-registry.ts';
import { enabledImplementationNames, enabledTypeNames } from './enabled-names.ts';
import { FACTORIES, HARDWARE_TYPES } from './implementations.ts';

type Built = { readonly [K in InterfaceKind]: ReadonlyMap<string, InterfaceOfKind[K]> };

/** The one type whose nodes may use any enabled implementation, whatever its list says. */
const MIXES_FREELY = 'fake-hardware';

/**
 * Builds the enabled implementations and checks the configuration. @throws INTERFACE_NOT_FOUND for unknown names, and for a type that a
 * person enabled without enabling an implementation of each kind for it.
 */
export function createDriverRegistry(deps: DriverDeps): DriverRegistry {
  const { config, log } = deps;
  const builtTypes = HARDWARE_TYPES.map((type) => type.name);
  const wanted = enabledTypeNames(config, log, builtTypes).flatMap((name) => HARDWARE_TYPES.filter((type) => type.name === name));

  function build<K extends InterfaceKind>(kind: K): ReadonlyMap<string, InterfaceOfKind[K]> {
    const factories: Readonly<Record<string, (deps: DriverDeps) => InterfaceOfKind[K]>> = FACTORIES[kind];
    const made = new Map<string, InterfaceOfKind[K]>();
    for (const name of enabledImplementationNames(config, log, kind, Object.keys(factories), wanted)) {
      const factory = factories[name];
      if (factory) made.set(name, factory(deps));
    }
    return made;
  }
  const built: Built = {
    boot: build('boot'),
    deploy: build('deploy'),
    management: build('management'),
    network: build('network'),
    power: build('power'),
    bios: build('bios'),
    console: build('console'),
    firmware: build('firmware'),
    inspect: build('inspect'),
    raid: build('raid'),
    rescue: build('rescue'),
    storage: build('storage'),
    vendor: build('vendor'),
  };

  const hardwareTypes = new Map<string, HardwareType>();
  for (const type of wanted) {
    const lacking = INTERFACE_KINDS.filter((kind) => supportedAndEnabled(type, kind).length === 0);
    if (lacking.length === 0) {
      hardwareTypes.set(type.name, type);
      continue;
    }
    const finding = `hardware type ${type.name} has no enabled implementation of: ${lacking.join(', ')}`;
    if (config.isSet('DEFAULT', 'enabled_hardware_types')) throw new WroughtError('INTERFACE_NOT_FOUND', finding);
    log.warn({ hardware_type: type.name }, `${finding}; left out`);
  }

  /** In the type's order of preference. */
  function supportedAndEnabled(type: HardwareType, kind: InterfaceKind): string[] {
    return type.supports[kind].filter((name) => built[kind].has(name));
  }

  function typeCalled(name: string): HardwareType {
    const type = hardwareTypes.get(name);
    if (type) return type;
    throw new WroughtError(
      'NOT_FOUND',
      `hardware type "${name}" is not known or not enabled; enabled are ${[...hardwareTypes.keys()].join(', ')}`,
    );
  }

  /** @throws INTERFACE_NOT_FOUND */
  function check(type: HardwareType, kind: InterfaceKind, name: string): void {
    const enabled = [...built[kind].keys()].sort();
    if (!enabled.includes(name)) {
      throw new WroughtError(
        'INTERFACE_NOT_FOUND',
        `${kind} interface "${name}" is not known or not enabled; enabled are: ${enabled.join(', ')}`,
      );
    }
    if (type.name === MIXES_FREELY || type.supports[kind].includes(name)) return;
    const fitting = supportedAndEnabled(type, kind).join(', ');
    throw new WroughtError(
      'INTERFACE_NOT_FOUND',
      `${kind} interface "${name}" does not fit hardware type ${type.name}; enabled and fitting are: ${fitting}`,
    );
  }

  /** `default_<kind>_interface` where set (and then nothing else), or the type's favourite among the enabled ones. */
  function chooseDefault(type: HardwareType, kind: InterfaceKind): string | null {
    const configured = config.optionalString('DEFAULT', `default_${kind}_interface`);
    if (!configured) return supportedAndEnabled(type, kind)[0] ?? null;
    const fits = type.name === MIXES_FREELY || type.supports[kind].includes(configured);
    return fits && built[kind].has(configured) ? configured : null;
  }

  function nameFor(type: HardwareType, kind: InterfaceKind, given: string | null | undefined): string {
    const name = given || chooseDefault(type, kind);
    if (name === null) {
      throw new WroughtError(
        'INTERFACE_NOT_FOUND',
        `no default ${kind} interface for hardware type ${type.name}: [DEFAULT]default_${kind}_interface is unset or does not fit`,
      );
    }
    check(type, kind, name);
    return name;
  }

  return {
    hardwareTypes,
    enabledFor: (hardwareType, kind) => supportedAndEnabled(typeCalled(hardwareType), kind).sort(),
    defaultFor: (hardwareType, kind) => chooseDefault(typeCalled(hardwareType), kind),
    get: (kind, name) => built[kind].get(name),
    chooseInterfaces(hardwareType, given) {
      const type = hardwareTypes.get(hardwareType);
      if (!type) {
        const enabled = [...hardwareTypes.keys()].join(', ');
        throw new WroughtError('NO_VALID_HOST', `no conductor serves hardware type "${hardwareType}"; enabled are: ${enabled}`, {
          status: 400,
        });
      }
      return perKind((kind) => nameFor(type, kind, given[kind]));
    },
    compose(node) {
      const type = typeCalled(node.driver);
      function pick<K extends InterfaceKind>(kind: K): InterfaceOfKind[K] {
        const field: InterfaceField = `${kind}_interface`;
        // One deployment may use another implementation than the node's own.
        const override = node.instance_info[field];
        const name = nameFor(type, kind, typeof override === 'string' ? override : node[field]);
        const made: ReadonlyMap<string, InterfaceOfKind[K]> = built[kind];
        const found = made.get(name);
        if (!found) throw new WroughtError('INTERNAL', `${kind} interface "${name}" passed its check and is not built`);
        return found;
      }
      return {
        boot: pick('boot'),
        deploy: pick('deploy'),
        management: pick('management'),
        network: pick('network'),
        power: pick('power'),
        bios: pick('bios'),
        console: pick('console'),
        firmware: pick('firmware'),
        inspect: pick('inspect'),
        raid: pick('raid'),
        rescue: pick('rescue'),
        storage: pick('storage'),
        vendor: pick('vendor'),
      };
    },
    properties(hardwareType) {
      const type = typeCalled(hardwareType);
      const all: Record<string, string> = {};
      for (const kind of INTERFACE_KINDS) {
        for (const name of supportedAndEnabled(type, kind)) Object.assign(all, propertiesOf(built[kind].get(name)));
      }
      return all;
    },
  };
}

function propertiesOf(made: { readonly properties: Properties } | undefined): Properties {
  return made?.properties ?? {};
}

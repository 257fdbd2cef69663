/** The kinds of hardware interface a hardware type is composed of; every node stores one implementation name per kind. */
export const INTERFACE_KINDS = [
  'boot',
  'deploy',
  'management',
  'network',
  'power',
  'bios',
  'console',
  'firmware',
  'inspect',
  'raid',
  'rescue',
  'storage',
  'vendor',
] as const;

export type InterfaceKind = (typeof INTERFACE_KINDS)[number];

/** Name of the node field that stores the implementation of a kind. */
export type InterfaceField = `${InterfaceKind}_interface`;

/** Kinds that every hardware type must offer a working implementation of; the others have a `no-…` implementation. */
export const CORE_INTERFACE_KINDS: readonly InterfaceKind[] = ['boot', 'deploy', 'management', 'network', 'power'];

/** A record with one value for each kind. */
export function perKind<T>(value: (kind: InterfaceKind) => T): Record<InterfaceKind, T> {
  return {
    boot: value('boot'),
    deploy: value('deploy'),
    management: value('management'),
    network: value('network'),
    power: value('power'),
    bios: value('bios'),
    console: value('console'),
    firmware: value('firmware'),
    inspect: value('inspect'),
    raid: value('raid'),
    rescue: value('rescue'),
    storage: value('storage'),
    vendor: value('vendor'),
  };
}

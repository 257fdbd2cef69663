import { WroughtError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';

/** A network card as the ramdisk reported it, checked. */
export interface InspectedInterface {
  readonly name: string;
  /** Lower case, colons. */
  readonly mac: string;
  readonly clientId: string | null;
  readonly hasAddress: boolean;
  readonly pxeEnabled: boolean;
  /** What is kept in plugin data. */
  readonly record: JsonObject;
}

export interface InspectedInterfaces {
  readonly all: readonly InspectedInterface[];
  /** Those that ports are made for. */
  readonly valid: readonly InspectedInterface[];
  /** True when the ramdisk knew which card it was booted from. */
  readonly pxeKnown: boolean;
}

const MAX_INTERFACES = 1024;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/**
 * Reads `inventory.interfaces` and chooses those that deserve a port.
 *
 * @param addPorts `[inspector]add_ports`: `pxe` (the boot card; all where it is not known), `active` (with an address), `all`, `disabled`.
 * @throws INSPECTION_FAILURE when no card is left.
 */
export function readInterfaces(inventory: JsonObject, addPorts: string): InspectedInterfaces {
  const boot = isJsonObject(inventory.boot) ? inventory.boot.pxe_interface : undefined;
  const pxeMac = typeof boot === 'string' ? normalMac(boot) : null;
  const listed = Array.isArray(inventory.interfaces) ? inventory.interfaces.slice(0, MAX_INTERFACES) : [];
  const all = listed.flatMap((each) => (isJsonObject(each) ? readOne(each, pxeMac) : []));
  if (all.length === 0) throw new WroughtError('INSPECTION_FAILURE', 'the ramdisk reported no network interface with a usable MAC address');
  const valid = all.filter((each) => {
    if (addPorts === 'pxe') return pxeMac === null || each.pxeEnabled;
    if (addPorts === 'active') return each.hasAddress;
    return true;
  });
  if (valid.length === 0)
    throw new WroughtError(
      'INSPECTION_FAILURE',
      `no network interface fits [inspector]add_ports = ${addPorts}; reported were ${all.map((each) => `${each.name} ${each.mac}`).join(', ')}`,
    );
  return { all, valid, pxeKnown: pxeMac !== null };
}

function readOne(value: JsonObject, pxeMac: string | null): InspectedInterface[] {
  const { name, mac_address, ipv4_address, ipv6_address, client_id } = value;
  const mac = typeof mac_address === 'string' ? normalMac(mac_address) : null;
  if (typeof name !== 'string' || name === '' || name === 'lo' || mac === null) return [];
  const ipv4 = text(ipv4_address);
  // The zone after the percent sign means something only inside of the ramdisk.
  const ipv6 = text(ipv6_address)?.split('%')[0] ?? null;
  const pxeEnabled = mac === pxeMac;
  return [
    {
      name,
      mac,
      clientId: text(client_id),
      hasAddress: ipv4 !== null || ipv6 !== null,
      pxeEnabled,
      record: { ...value, mac_address: mac, ipv6_address: ipv6, pxe_enabled: pxeEnabled },
    },
  ];
}

/** `aa:bb:…`, `AA-BB-…`, or the boot loader's `01-aa-bb-…`; null when it is none. */
function normalMac(text: string): string | null {
  const plain = text
    .trim()
    .toLowerCase()
    .replaceAll('-', ':')
    .replace(/^01:(?=(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$)/, '');
  return MAC.test(plain) ? plain : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { invalid } from '../../http/error-replies.ts';

/** Nova's network_data document: what each part must hold. Extra keys are free. */
const PHYSICAL_TYPES = ['bridge', 'dvs', 'hw_veb', 'hyperv', 'ovs', 'tap', 'vhostuser', 'vif', 'phy'];
const BOND_MODES = ['802.3ad', 'balance-rr', 'active-backup', 'balance-xor', 'broadcast', 'balance-tlb', 'balance-alb'];
const NETWORK_TYPES = ['ipv4', 'ipv4_dhcp', 'ipv6', 'ipv6_dhcp', 'ipv6_slaac'];
const MAC = /^[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}$/;
const MAX_ITEMS = 1000;

/** Checks a `network_data` document; `{}` is one without anything. @throws INVALID_PARAMETER naming the part. */
export function checkNetworkData(document: Json): JsonObject {
  if (!isJsonObject(document)) throw invalid('network_data must be an object');
  if (Object.keys(document).length === 0) return document;
  for (const [index, link] of items(document, 'links').entries()) checkLink(link, `network_data.links[${index}]`);
  for (const [index, network] of items(document, 'networks').entries()) checkNetwork(network, `network_data.networks[${index}]`);
  for (const [index, service] of items(document, 'services').entries()) checkService(service, `network_data.services[${index}]`);
  return document;
}

function checkLink(link: JsonObject, where: string): void {
  text(link, 'id', where);
  const type = text(link, 'type', where);
  if (type === 'vlan') {
    mac(link, 'vlan_mac_address', where);
    text(link, 'vlan_link', where);
    if (!Number.isInteger(link.vlan_id)) throw invalid(`${where}.vlan_id must be an integer`);
  } else if (type === 'bond') {
    mac(link, 'ethernet_mac_address', where);
    oneOf(link, 'bond_mode', BOND_MODES, where);
    if (!isTexts(link.bond_links)) throw invalid(`${where}.bond_links must be a list of link ids`);
  } else {
    oneOf(link, 'type', [...PHYSICAL_TYPES, 'bond', 'vlan'], where);
    mac(link, 'ethernet_mac_address', where);
  }
  const mtu = link.mtu;
  if (mtu !== undefined && mtu !== null && !(typeof mtu === 'number' && Number.isInteger(mtu) && mtu >= 1 && mtu <= 65535)) {
    throw invalid(`${where}.mtu must be an integer from 1 to 65535`);
  }
}

function checkNetwork(network: JsonObject, where: string): void {
  for (const key of ['id', 'link', 'network_id']) text(network, key, where);
  oneOf(network, 'type', NETWORK_TYPES, where);
  for (const key of ['ip_address', 'netmask']) if (network[key] !== undefined) text(network, key, where);
  if (network.routes === undefined) return;
  for (const [index, entry] of items(network, 'routes').entries()) {
    for (const key of ['network', 'netmask', 'gateway']) text(entry, key, `${where}.routes[${index}]`);
  }
}

function checkService(service: JsonObject, where: string): void {
  oneOf(service, 'type', ['dns'], where);
  text(service, 'address', where);
}

function items(holder: JsonObject, key: string): JsonObject[] {
  const list = holder[key];
  if (!Array.isArray(list) || list.length > MAX_ITEMS) throw invalid(`network_data.${key} must be a list`);
  return list.map((item) => {
    if (!isJsonObject(item)) throw invalid(`network_data.${key} must hold objects`);
    return item;
  });
}

function text(holder: JsonObject, key: string, where: string): string {
  const value = holder[key];
  if (typeof value !== 'string' || value === '') throw invalid(`${where}.${key} must be a string`);
  return value;
}

function mac(holder: JsonObject, key: string, where: string): void {
  if (!MAC.test(text(holder, key, where))) throw invalid(`${where}.${key} must be a MAC address`);
}

function oneOf(holder: JsonObject, key: string, values: readonly string[], where: string): void {
  if (!values.includes(text(holder, key, where))) throw invalid(`${where}.${key} must be one of ${values.join(', ')}`);
}

function isTexts(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

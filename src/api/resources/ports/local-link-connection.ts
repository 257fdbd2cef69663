import { WroughtError } from '../../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { isMac } from '../../fields/identifier.ts';
import { invalid, newerVersionNeeded } from '../../http/error-replies.ts';

const KEYS = new Set(['port_id', 'switch_id', 'hostname', 'switch_info', 'network_type', 'vtep-logical-switch', 'vtep-physical-switch']);
const NETWORK_TYPE_SINCE = 64;
/** The OVN VTEP form exists in these versions only. */
const VTEP_SINCE = 90;
const VTEP_UNTIL = 104;
const DATAPATH_ID = /^[0-9a-fA-F]{16}$/;

const isVtep = (document: JsonObject): boolean =>
  document['vtep-logical-switch'] !== undefined || document['vtep-physical-switch'] !== undefined;

/** What a port is plugged into, in one of the known forms. @throws INVALID_PARAMETER, NOT_ACCEPTABLE. */
export function checkLocalLinkConnection(value: Json, minor: number): JsonObject {
  if (!isJsonObject(value)) throw invalid('local_link_connection must be an object');
  const keys = Object.keys(value);
  if (keys.length === 0) return value;
  for (const key of keys) {
    if (!KEYS.has(key)) throw invalid(`local_link_connection has the unknown key ${JSON.stringify(key.slice(0, 100))}`);
    if (typeof value[key] !== 'string') throw invalid(`local_link_connection.${key} must be a string`);
  }
  const { switch_id: switchId, network_type: networkType } = value;
  if (typeof switchId === 'string' && !isMac(switchId) && !DATAPATH_ID.test(switchId)) {
    throw invalid(
      `local_link_connection.switch_id must be a MAC address or an OpenFlow datapath id, not ${JSON.stringify(switchId.slice(0, 100))}`,
    );
  }
  if (networkType !== undefined && networkType !== 'managed' && networkType !== 'unmanaged') {
    throw invalid('local_link_connection.network_type must be managed or unmanaged');
  }
  const has = (...names: string[]): boolean => names.every((name) => value[name] !== undefined);
  const vtepForm = has('port_id', 'vtep-logical-switch', 'vtep-physical-switch');
  if (isVtep(value) && !vtepForm) throw invalid('local_link_connection: the two vtep keys go together, with port_id');
  if (!has('port_id', 'switch_id') && !has('port_id', 'hostname') && networkType !== 'unmanaged' && !vtepForm) {
    throw invalid('local_link_connection needs port_id with switch_id or hostname, or network_type unmanaged');
  }
  if (networkType !== undefined && minor < NETWORK_TYPE_SINCE)
    throw newerVersionNeeded('local_link_connection.network_type', NETWORK_TYPE_SINCE);
  if (isVtep(value) && (minor < VTEP_SINCE || minor > VTEP_UNTIL)) {
    throw new WroughtError(
      'NOT_ACCEPTABLE',
      `The VTEP form of local_link_connection exists in API versions 1.${VTEP_SINCE} to 1.${VTEP_UNTIL} only`,
    );
  }
  return typeof switchId === 'string' ? { ...value, switch_id: switchId.toLowerCase() } : value;
}

/** The stored value as a version shows it. */
export function showLocalLinkConnection(value: JsonObject, minor: number): JsonObject {
  return isVtep(value) && (minor < VTEP_SINCE || minor > VTEP_UNTIL) ? {} : value;
}

import type { Json, JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';

export const ROOT = '/redfish/v1';
export const MANAGER = `${ROOT}/Managers/BMC`;
export const CHASSIS = `${ROOT}/Chassis/1`;

/** Address of the one system of a BMC. */
export function systemPath(machine: Machine): string {
  return `${ROOT}/Systems/${machine.plan.uuid}`;
}

/** The members every resource has. */
export function resource(path: string, type: string, id: string, name: string, rest: JsonObject): JsonObject {
  return { '@odata.id': path, '@odata.type': `#${type}`, Id: id, Name: name, ...rest };
}

/** A collection of links. */
export function collection(path: string, type: string, name: string, members: readonly string[], rest: JsonObject = {}): JsonObject {
  return {
    '@odata.id': path,
    '@odata.type': `#${type}.${type}`,
    Name: name,
    'Members@odata.count': members.length,
    Members: members.map(link),
    ...rest,
  };
}

export function link(path: string): JsonObject {
  return { '@odata.id': path };
}

export function links(paths: readonly string[]): Json[] {
  return paths.map(link);
}

/** Status of something that works. */
export const OK: JsonObject = { State: 'Enabled', Health: 'OK' };

/** Time as Redfish writes it. */
export function redfishTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

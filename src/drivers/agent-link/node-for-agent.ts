import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { maskSecrets } from '../../model/mask-secrets.ts';
import type { Node } from '../../model/node.ts';
import type { Port } from '../../model/port.ts';

/** Fields of a node that are no business of the agent. */
const HIDDEN = new Set<string>(['id', 'lease_token', 'lease_expires_at', 'lease_purpose', 'lease_since']);
const TIMES = new Set<string>(['created_at', 'updated_at', 'provision_updated_at', 'inspection_started_at', 'inspection_finished_at']);

/**
 * The node record that goes along with commands: all fields, secrets masked, times as text. The config drive is masked too; a step that
 * writes it gets it as an argument.
 */
export function nodeForAgent(node: Node): JsonObject {
  const record: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if (HIDDEN.has(key)) continue;
    record[key] = TIMES.has(key) ? timeText(value) : toJson(value);
  }
  for (const field of ['driver_info', 'driver_internal_info', 'instance_info'] as const) {
    const masked = maskSecrets(node[field], field);
    record[field] = isJsonObject(masked) ? masked : {};
  }
  return record;
}

/** The port records that go along with commands. */
export function portsForAgent(ports: readonly Port[]): JsonObject[] {
  return ports.map((port) => {
    const record: JsonObject = {};
    for (const [key, value] of Object.entries(port)) {
      if (key === 'id') continue;
      record[key] = TIMES.has(key) ? timeText(value) : toJson(value);
    }
    return record;
  });
}

function timeText(value: unknown): Json {
  return typeof value === 'number' ? new Date(value).toISOString() : null;
}

/** Node fields are JSON already; this only convinces the type system, by way of a copy. */
function toJson(value: unknown): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

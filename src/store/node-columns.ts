import { isJsonObject, type JsonObject } from '../model/json.ts';
import { maskSecrets } from '../model/mask-secrets.ts';
import type { Node, NodePatch } from '../model/node.ts';
import type { NodesTable } from './database.ts';
import type { JsonNodeField, NodeListRow } from './store.ts';

/** A row without its generated id. */
export type NodeColumns = Omit<NodesTable, 'id'>;

type Kind = 'scalar' | 'boolean' | 'json' | 'traits';

/** How each field of a node is stored. The compiler holds the table complete. */
export const NODE_COLUMNS = {
  id: 'scalar',
  uuid: 'scalar',
  name: 'scalar',
  created_at: 'scalar',
  updated_at: 'scalar',
  driver: 'scalar',
  driver_info: 'json',
  driver_internal_info: 'json',
  properties: 'json',
  instance_info: 'json',
  instance_uuid: 'scalar',
  instance_name: 'scalar',
  extra: 'json',
  chassis_uuid: 'scalar',
  resource_class: 'scalar',
  conductor_group: 'scalar',
  conductor_affinity: 'scalar',
  provision_state: 'scalar',
  target_provision_state: 'scalar',
  provision_updated_at: 'scalar',
  power_state: 'scalar',
  target_power_state: 'scalar',
  last_error: 'scalar',
  maintenance: 'boolean',
  maintenance_reason: 'scalar',
  fault: 'scalar',
  inspection_started_at: 'scalar',
  inspection_finished_at: 'scalar',
  clean_step: 'json',
  deploy_step: 'json',
  service_step: 'json',
  raid_config: 'json',
  target_raid_config: 'json',
  console_enabled: 'boolean',
  automated_clean: 'boolean',
  protected: 'boolean',
  protected_reason: 'scalar',
  retired: 'boolean',
  retired_reason: 'scalar',
  disable_power_off: 'boolean',
  owner: 'scalar',
  lessee: 'scalar',
  description: 'scalar',
  network_data: 'json',
  boot_mode: 'scalar',
  secure_boot: 'boolean',
  shard: 'scalar',
  parent_node: 'scalar',
  allocation_uuid: 'scalar',
  health: 'scalar',
  traits: 'traits',
  reservation: 'scalar',
  lease_token: 'scalar',
  lease_expires_at: 'scalar',
  lease_purpose: 'scalar',
  lease_since: 'scalar',
  boot_interface: 'scalar',
  deploy_interface: 'scalar',
  management_interface: 'scalar',
  network_interface: 'scalar',
  power_interface: 'scalar',
  bios_interface: 'scalar',
  console_interface: 'scalar',
  firmware_interface: 'scalar',
  inspect_interface: 'scalar',
  raid_interface: 'scalar',
  rescue_interface: 'scalar',
  storage_interface: 'scalar',
  vendor_interface: 'scalar',
} as const satisfies Record<keyof Node, Kind>;

/** Attributes with a masked companion column. */
export const MASKED_FIELDS = ['driver_info', 'driver_internal_info', 'instance_info'] as const satisfies readonly JsonNodeField[];
export type MaskedField = (typeof MASKED_FIELDS)[number];

const masked: ReadonlySet<string> = new Set(MASKED_FIELDS);
const kinds: Readonly<Record<string, Kind>> = NODE_COLUMNS;

/** All fields, in the order of the table. */
export const NODE_FIELDS: readonly (keyof Node)[] = Object.keys(NODE_COLUMNS).filter(isNodeField);

/** True for the name of a node's field. */
export function isNodeField(name: string): name is keyof Node {
  return Object.hasOwn(NODE_COLUMNS, name);
}

/** True for an attribute whose shown text may differ from the stored one. */
export function isMaskedField(name: string): name is MaskedField {
  return masked.has(name);
}

/** True for a field that lists may be sorted by. */
export function isSortableNodeField(name: string): boolean {
  return kinds[name] === 'scalar' || kinds[name] === 'boolean';
}

/** Columns for the given fields, companions included. Fields that are undefined are left out. */
export function encodeNode(fields: NodePatch): Partial<NodeColumns> {
  const columns: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const kind = kinds[field];
    if (kind === 'boolean') columns[field] = value === null ? null : value ? 1 : 0;
    else if (kind === 'json') columns[field] = JSON.stringify(value);
    else if (kind === 'traits') columns[field] = JSON.stringify([...new Set(fields.traits)].sort());
    else if (kind === 'scalar') columns[field] = value;
    if (isMaskedField(field) && isJsonObject(value)) columns[`${field}_masked`] = maskedText(field, value, String(columns[field]));
  }
  if (fields.description !== undefined) columns.description_folded = fields.description?.toLowerCase() ?? null;
  // The loop fills each column with what NODE_COLUMNS says it holds.
  return columns as Partial<NodeColumns>;
}

function maskedText(field: MaskedField, value: JsonObject, text: string): string | null {
  const shown = JSON.stringify(maskSecrets(value, field));
  return shown === text ? null : shown;
}

/** Reads a row of the table. */
export function decodeNode(row: object): Node {
  const columns = row as Record<string, unknown>;
  const node: Record<string, unknown> = {};
  for (const field of NODE_FIELDS) {
    const value = columns[field];
    const kind = kinds[field];
    if (kind === 'boolean') node[field] = value === null ? null : value === 1;
    else if (kind === 'scalar') node[field] = value;
    else node[field] = value === '{}' ? {} : value === '[]' ? [] : JSON.parse(String(value));
  }
  // Every field was set from the column that NODE_COLUMNS names for it.
  return node as unknown as Node;
}

/** Turns 0 and 1 into booleans, in place; all else of a list row is passed on as stored. */
export function finishListRows(rows: object[], fields: readonly (keyof Node)[]): NodeListRow[] {
  const booleans = fields.filter((field) => NODE_COLUMNS[field] === 'boolean');
  if (booleans.length > 0) {
    for (const row of rows as Record<string, unknown>[])
      for (const field of booleans) if (row[field] !== null) row[field] = row[field] === 1;
  }
  // Documents are text in the rows, as NodeListRow has them.
  return rows as NodeListRow[];
}

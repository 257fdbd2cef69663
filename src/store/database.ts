import type { Generated } from 'kysely';
import type { EventKind } from '../model/event.ts';
import type { HistorySeverity } from '../model/history.ts';
import type { Node } from '../model/node.ts';
import type { Port } from '../model/port.ts';
import type { JsonNodeField } from './store.ts';

/**
 * The tables as Kysely knows them. One shape on both databases: booleans are 0 or 1, times are milliseconds in 64-bit integers, JSON is
 * text (a list passes it on as it stands; no database re-prints it).
 */
export interface Database {
  schema_version: { version: number; name: string; applied_at: number };
  nodes: NodesTable;
  ports: PortsTable;
  chassis: ChassisTable;
  conductors: ConductorsTable;
  node_history: NodeHistoryTable;
  events: EventsTable;
  node_inventory: NodeInventoryTable;
  spent_steps: SpentStepsTable;
}

export type NodeBoolean =
  | 'maintenance'
  | 'console_enabled'
  | 'automated_clean'
  | 'protected'
  | 'retired'
  | 'disable_power_off'
  | 'secure_boot';

/** `id` is generated; JSON attributes and traits are text; three attributes have a masked companion. */
export type NodesTable = { id: Generated<number> } & {
  [Field in Exclude<keyof Node, 'id' | 'traits' | JsonNodeField | NodeBoolean>]: Node[Field];
} & { [Field in JsonNodeField | 'traits']: string } & {
  [Field in NodeBoolean]: null extends Node[Field] ? number | null : number;
} & {
  /** Text with secrets masked; null where that is the same as the text itself, which it mostly is. */
  driver_info_masked: string | null;
  driver_internal_info_masked: string | null;
  instance_info_masked: string | null;
  /** The description in lower case, so that both databases search it alike. */
  description_folded: string | null;
};

export type PortBoolean = 'pxe_enabled' | 'is_smartnic' | 'available_for_dynamic_portgroup';
export type PortJson = 'extra' | 'internal_info' | 'local_link_connection';

export type PortsTable = { id: Generated<number> } & {
  [Field in Exclude<keyof Port, 'id' | PortBoolean | PortJson>]: Port[Field];
} & { [Field in PortBoolean]: number } & { [Field in PortJson]: string } & { description_folded: string | null };

export interface ChassisTable {
  id: Generated<number>;
  uuid: string;
  created_at: number;
  updated_at: number | null;
  description: string | null;
  extra: string;
}

export interface ConductorsTable {
  id: Generated<number>;
  hostname: string;
  created_at: number;
  updated_at: number;
  conductor_group: string;
  /** JSON list. */
  drivers: string;
  online: number;
  rpc_url: string | null;
}

export interface NodeHistoryTable {
  id: Generated<number>;
  uuid: string;
  node_uuid: string;
  created_at: number;
  conductor: string | null;
  severity: HistorySeverity;
  event: string;
  event_type: string;
  user: string | null;
  project: string | null;
  state: string | null;
  target_provision_state: string | null;
  duration_seconds: number | null;
}

export interface EventsTable {
  id: Generated<number>;
  created_at: number;
  kind: EventKind;
  node_uuid: string;
  node_name: string | null;
  data: string;
}

export interface NodeInventoryTable {
  node_uuid: string;
  inventory: string;
  plugin_data: string;
}

export interface SpentStepsTable {
  node_uuid: string;
  request_key: string;
  step_key: string;
  spent_at: number;
}

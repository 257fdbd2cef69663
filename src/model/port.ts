import type { JsonObject } from './json.ts';
import type { Millis, NodeUuid } from './node.ts';

/** A network port of a node, as stored. */
export interface Port {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  node_uuid: NodeUuid;
  /** MAC address, lower case, colon separated; unique. */
  address: string;
  name: string | null;
  description: string | null;
  extra: JsonObject;
  internal_info: JsonObject;
  local_link_connection: JsonObject;
  pxe_enabled: boolean;
  portgroup_uuid: string | null;
  physical_network: string | null;
  is_smartnic: boolean;
  vendor: string | null;
  category: string | null;
  available_for_dynamic_portgroup: boolean;
}

export type PortPatch = Partial<Omit<Port, 'id' | 'uuid' | 'created_at' | 'updated_at'>>;
export type NewPort = Pick<Port, 'node_uuid' | 'address'> & PortPatch & { uuid?: string };

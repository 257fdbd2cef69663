import type { JsonObject } from './json.ts';
import type { Millis, NodeUuid } from './node.ts';

/** Ports of a node that are bonded, as stored. */
export interface Portgroup {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  node_uuid: NodeUuid;
  /** MAC address, lower case; unique. */
  address: string | null;
  name: string | null;
  extra: JsonObject;
  internal_info: JsonObject;
  /** False: its ports cannot be used alone, so none of them may boot from the network. */
  standalone_ports_supported: boolean;
  /** Bonding mode; any text. */
  mode: string;
  properties: JsonObject;
  /** The network of all its ports. */
  physical_network: string | null;
  category: string | null;
  /** Made by a network service, not by a client. */
  dynamic_portgroup: boolean;
}

export type PortgroupPatch = Partial<Omit<Portgroup, 'id' | 'uuid' | 'created_at' | 'updated_at'>>;
export type NewPortgroup = Pick<Portgroup, 'node_uuid' | 'mode'> & PortgroupPatch & { uuid?: string };

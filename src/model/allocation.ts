import type { JsonObject } from './json.ts';
import type { Millis, NodeUuid } from './node.ts';

export type AllocationState = 'allocating' | 'active' | 'error';

/** A request for any node that fits, and the node it was given. */
export interface Allocation {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  name: string | null;
  node_uuid: NodeUuid | null;
  state: AllocationState;
  last_error: string | null;
  resource_class: string | null;
  /** The node has all of them. */
  traits: string[];
  /** UUIDs; empty: any node. */
  candidate_nodes: string[];
  extra: JsonObject;
  owner: string | null;
  /** Host name of the conductor that looks for a node. */
  conductor_affinity: string | null;
}

export type AllocationPatch = Partial<Omit<Allocation, 'id' | 'uuid' | 'created_at' | 'updated_at'>>;
/** What a client asks for. */
export type NewAllocation = Pick<AllocationPatch, 'name' | 'resource_class' | 'traits' | 'candidate_nodes' | 'extra' | 'owner'> & {
  uuid?: string;
};

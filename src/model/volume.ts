import type { JsonObject } from './json.ts';
import type { Millis, NodeUuid } from './node.ts';

interface OfNode {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  node_uuid: NodeUuid;
  extra: JsonObject;
}

type Owned = 'id' | 'uuid' | 'created_at' | 'updated_at';

/** How a node is known to storage: an initiator name, a WWN, an address. */
export interface VolumeConnector extends OfNode {
  /** Any text; usual are iqn, ip, mac, wwnn, wwpn, port, portgroup. */
  type: string;
  connector_id: string;
}

/** A remote volume that a node uses. */
export interface VolumeTarget extends OfNode {
  /** Any text; usual are iscsi, fibre_channel. */
  volume_type: string;
  /** 0 is the volume that is booted. */
  boot_index: number;
  volume_id: string;
  /** How it is reached; may hold secrets. */
  properties: JsonObject;
}

export type VolumeConnectorPatch = Partial<Omit<VolumeConnector, Owned>>;
export type VolumeTargetPatch = Partial<Omit<VolumeTarget, Owned>>;
export type NewVolumeConnector = Pick<VolumeConnector, 'node_uuid' | 'type' | 'connector_id'> & VolumeConnectorPatch & { uuid?: string };
export type NewVolumeTarget = Pick<VolumeTarget, 'node_uuid' | 'volume_type' | 'boot_index' | 'volume_id'> &
  VolumeTargetPatch & { uuid?: string };

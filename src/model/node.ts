import type { InterfaceField } from './interface-kind.ts';
import type { Json, JsonObject } from './json.ts';
import type { ProvisionState } from './states.ts';

export type PowerState = 'power on' | 'power off';
/** What a client may ask of the power; the first two are also states. */
export type PowerTarget = PowerState | 'rebooting' | 'soft rebooting' | 'soft power off';
export type BootMode = 'bios' | 'uefi';
export type BootDevice = 'pxe' | 'disk' | 'cdrom' | 'bios' | 'safe' | 'wanboot' | 'iscsiboot' | 'floppy' | 'uefihttp';
export type Fault = 'power failure' | 'clean failure' | 'rescue abort failure' | 'service failure';

/** A branded UUID, so that a port's is never passed as a node's. */
export type NodeUuid = string & { readonly __brand?: 'NodeUuid' };

/** Timestamps inside are milliseconds since the epoch; the API renders ISO 8601. */
export type Millis = number;

/**
 * A node as stored. Field names are the API's. Lease fields beside `reservation` say who holds the node, until when and why; see
 * `lease.ts`.
 */
export interface Node extends Record<InterfaceField, string | null> {
  /** Database id: insertion order, default sort key, never shown. */
  readonly id: number;
  readonly uuid: NodeUuid;
  name: string | null;
  readonly created_at: Millis;
  updated_at: Millis | null;
  driver: string;
  driver_info: JsonObject;
  driver_internal_info: JsonObject;
  properties: JsonObject;
  instance_info: JsonObject;
  instance_uuid: string | null;
  instance_name: string | null;
  extra: JsonObject;
  chassis_uuid: string | null;
  resource_class: string | null;
  conductor_group: string;
  /** Host name of the conductor that last prepared the node's boot artefacts. */
  conductor_affinity: string | null;

  provision_state: ProvisionState;
  target_provision_state: ProvisionState | null;
  provision_updated_at: Millis | null;
  power_state: PowerState | 'error' | null;
  target_power_state: PowerState | null;
  last_error: string | null;
  maintenance: boolean;
  maintenance_reason: string | null;
  fault: Fault | null;
  inspection_started_at: Millis | null;
  inspection_finished_at: Millis | null;

  clean_step: JsonObject;
  deploy_step: JsonObject;
  service_step: JsonObject;
  raid_config: JsonObject;
  target_raid_config: JsonObject;

  console_enabled: boolean;
  automated_clean: boolean | null;
  protected: boolean;
  protected_reason: string | null;
  retired: boolean;
  retired_reason: string | null;
  disable_power_off: boolean;
  owner: string | null;
  lessee: string | null;
  description: string | null;
  network_data: JsonObject;
  boot_mode: BootMode | null;
  secure_boot: boolean | null;
  shard: string | null;
  parent_node: string | null;
  allocation_uuid: string | null;
  health: string | null;
  traits: string[];

  /** Host name of the conductor that holds the node; null when nobody does. */
  readonly reservation: string | null;
  /** Fencing token of the current holder; grows with every acquisition and is never reused. */
  readonly lease_token: number;
  readonly lease_expires_at: Millis | null;
  /** What the holder is doing, for the 409 text and `wrought node explain`. */
  readonly lease_purpose: string | null;
  readonly lease_since: Millis | null;
}

/** Fields set by the store or by leases alone. */
type StoreOwned =
  | 'id'
  | 'uuid'
  | 'created_at'
  | 'updated_at'
  | 'reservation'
  | 'lease_token'
  | 'lease_expires_at'
  | 'lease_purpose'
  | 'lease_since';

export type NodePatch = Partial<Omit<Node, StoreOwned>>;

/** What a new node needs; all else gets the defaults of `newNodeDefaults`. */
export type NewNode = Pick<Node, 'driver'> & NodePatch & { uuid?: NodeUuid };

/** Defaults of every field that a creator may leave out. */
export function newNodeDefaults(): Omit<Node, StoreOwned | 'driver'> {
  return {
    name: null,
    driver_info: {},
    driver_internal_info: {},
    properties: {},
    instance_info: {},
    instance_uuid: null,
    instance_name: null,
    extra: {},
    chassis_uuid: null,
    resource_class: null,
    conductor_group: '',
    conductor_affinity: null,
    provision_state: 'enroll',
    target_provision_state: null,
    provision_updated_at: null,
    power_state: null,
    target_power_state: null,
    last_error: null,
    maintenance: false,
    maintenance_reason: null,
    fault: null,
    inspection_started_at: null,
    inspection_finished_at: null,
    clean_step: {},
    deploy_step: {},
    service_step: {},
    raid_config: {},
    target_raid_config: {},
    console_enabled: false,
    automated_clean: null,
    protected: false,
    protected_reason: null,
    retired: false,
    retired_reason: null,
    disable_power_off: false,
    owner: null,
    lessee: null,
    description: null,
    network_data: {},
    boot_mode: null,
    secure_boot: null,
    shard: null,
    parent_node: null,
    allocation_uuid: null,
    health: null,
    traits: [],
    boot_interface: null,
    deploy_interface: null,
    management_interface: null,
    network_interface: null,
    power_interface: null,
    bios_interface: null,
    console_interface: null,
    firmware_interface: null,
    inspect_interface: null,
    raid_interface: null,
    rescue_interface: null,
    storage_interface: null,
    vendor_interface: null,
  };
}

/** Keys merged into (or, where undefined, removed from) `driver_internal_info`. */
export type InternalInfoPatch = Record<string, Json | undefined>;

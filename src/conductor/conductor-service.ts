import type { Allocation, NewAllocation } from '../model/allocation.ts';
import type { InterfaceKind } from '../model/interface-kind.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { BootDevice, BootMode, NewNode, Node, NodePatch, PowerTarget } from '../model/node.ts';
import type { NewPort, Port, PortPatch } from '../model/port.ts';
import type { Portgroup, PortgroupPatch } from '../model/portgroup.ts';
import type { VolumeConnector, VolumeConnectorPatch, VolumeTarget, VolumeTargetPatch } from '../model/volume.ts';

/** Who asks, for history, leases and logs. */
export interface RequestContext {
  readonly requestId: string;
  readonly user: string | null;
  readonly project: string | null;
}

/** A request to move a node through the state machine. */
export interface ProvisionRequest {
  /** Verb or alias as in `model/verbs.ts`. */
  verb: string;
  /** Base64 of a gzipped ISO 9660 image, a URL, or the parts to build one from. */
  configdrive?: string | JsonObject;
  cleanSteps?: RequestedStep[];
  deploySteps?: RequestedStep[];
  serviceSteps?: RequestedStep[];
  rescuePassword?: string;
  disableRamdisk?: boolean;
}

export interface RequestedStep {
  interface: InterfaceKind;
  step: string;
  args?: Record<string, Json | undefined>;
  priority?: number;
  order?: number;
}

export interface LookupAnswer {
  node: Node;
  config: JsonObject;
}

export interface HeartbeatRequest {
  callback_url: string;
  agent_version?: string;
  agent_token?: string;
  agent_verify_ca?: string;
  agent_status?: string;
  agent_status_message?: string;
}

/** Where a console is. */
export interface ConsoleInfo {
  type: string;
  url: string;
}

/** A vendor method as the API shows it. */
export interface VendorMethodInfo {
  http_methods: string[];
  async: boolean;
  description: string;
  attach: boolean;
  require_exclusive_lock: boolean;
}

export interface VendorCall {
  method: string;
  httpMethod: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  args: JsonObject;
}

/** Result of one interface's validation. */
export interface ValidationResult {
  result: boolean;
  reason?: string;
}

/** What holds a node and what could be done about it. Times are ISO 8601. */
export interface HoldReport {
  node: string;
  name: string | null;
  provision_state: string;
  maintenance: boolean;
  /** Null when nobody holds the node. */
  holder: {
    conductor: string;
    purpose: string | null;
    since: string | null;
    lease_expires_at: string | null;
    lease_ended: boolean;
    /** The conductor is a live member of the cluster. */
    alive: boolean;
    last_heartbeat: string | null;
    /** It works on the node now. */
    working: boolean;
  } | null;
  step: { name: string; started_at: string | null; deadline: string | null } | null;
  /** What a confirmed request would do; `refuse`: somebody works on the node. */
  action: 'none' | 'break' | 'refuse';
  explanation: string;
  /** True when it has been done. */
  done: boolean;
}

/**
 * What the API asks of conductors. Idents are node UUIDs, already resolved. Errors are catalogue errors whose status the API passes on.
 * One process: plain calls. Several: the same interface over JSON-RPC to the conductor that a node maps to.
 */
export interface ConductorService {
  createNode(context: RequestContext, values: NewNode): Promise<Node>;
  /**
   * Values are validated documents; the conductor checks locks, states and interfaces. `resetInterfaces` as API 1.45. `basedOn` holds
   * stored values that the patch was derived from: when one of them is another by now, nothing is written. @throws STALE for that.
   */
  updateNode(
    context: RequestContext,
    uuid: string,
    patch: NodePatch,
    options?: { resetInterfaces?: boolean; basedOn?: NodePatch },
  ): Promise<Node>;
  destroyNode(context: RequestContext, uuid: string): Promise<void>;
  setMaintenance(context: RequestContext, uuid: string, on: boolean, reason: string | null): Promise<void>;
  setTraits(context: RequestContext, uuid: string, change: { set?: string[]; add?: string; remove?: string }): Promise<void>;
  provision(context: RequestContext, uuid: string, request: ProvisionRequest): Promise<void>;
  changePower(context: RequestContext, uuid: string, target: PowerTarget, timeoutSeconds: number | null): Promise<void>;
  setBootMode(context: RequestContext, uuid: string, mode: BootMode): Promise<void>;
  setSecureBoot(context: RequestContext, uuid: string, on: boolean): Promise<void>;
  validate(context: RequestContext, uuid: string): Promise<Record<string, ValidationResult>>;
  getBootDevice(context: RequestContext, uuid: string): Promise<{ boot_device: BootDevice | null; persistent: boolean | null }>;
  setBootDevice(context: RequestContext, uuid: string, device: BootDevice, persistent: boolean): Promise<void>;
  supportedBootDevices(context: RequestContext, uuid: string): Promise<readonly BootDevice[]>;
  injectNmi(context: RequestContext, uuid: string): Promise<void>;
  setTargetRaidConfig(context: RequestContext, uuid: string, config: JsonObject): Promise<void>;
  vifList(context: RequestContext, uuid: string): Promise<{ id: string }[]>;
  vifAttach(context: RequestContext, uuid: string, vif: JsonObject & { id: string }): Promise<void>;
  vifDetach(context: RequestContext, uuid: string, vifId: string): Promise<void>;
  createPort(context: RequestContext, values: NewPort): Promise<Port>;
  /** `basedOn` as for nodes. @throws STALE. */
  updatePort(context: RequestContext, uuid: string, patch: PortPatch, options?: { basedOn?: PortPatch }): Promise<Port>;
  destroyPort(context: RequestContext, uuid: string): Promise<void>;
  /** `basedOn` as for nodes. @throws STALE. */
  updatePortgroup(context: RequestContext, uuid: string, patch: PortgroupPatch, options?: { basedOn?: PortgroupPatch }): Promise<Portgroup>;
  destroyPortgroup(context: RequestContext, uuid: string): Promise<void>;
  /** With a node: for the instance that it has already. */
  createAllocation(context: RequestContext, values: NewAllocation, nodeUuid?: string): Promise<Allocation>;
  destroyAllocation(context: RequestContext, uuid: string): Promise<void>;
  updateVolumeConnector(context: RequestContext, uuid: string, patch: VolumeConnectorPatch): Promise<VolumeConnector>;
  updateVolumeTarget(context: RequestContext, uuid: string, patch: VolumeTargetPatch): Promise<VolumeTarget>;
  destroyVolume(context: RequestContext, kind: 'connector' | 'target', uuid: string): Promise<void>;
  vendorMethods(context: RequestContext, uuid: string): Promise<Record<string, VendorMethodInfo>>;
  vendorPassthru(context: RequestContext, uuid: string, call: VendorCall): Promise<{ async: boolean; result: Json }>;
  /** Null while it is off. */
  getConsole(context: RequestContext, uuid: string): Promise<ConsoleInfo | null>;
  setConsole(context: RequestContext, uuid: string, on: boolean): Promise<void>;
  /** Gives out (once per boot) the agent token, unless `giveToken` is false: the caller would not show it. @throws NOT_FOUND for every mismatch. */
  lookup(context: RequestContext, query: { nodeUuid?: string; addresses?: readonly string[]; giveToken?: boolean }): Promise<LookupAnswer>;
  heartbeat(context: RequestContext, uuid: string, heartbeat: HeartbeatRequest): Promise<void>;
  /** Answers the node's UUID. */
  continueInspection(context: RequestContext, query: { nodeUuid?: string }, data: JsonObject): Promise<{ uuid: string }>;
  driverProperties(context: RequestContext, driver: string): Promise<Readonly<Record<string, string>>>;
  logicalDiskProperties(context: RequestContext, driver: string): Promise<Readonly<Record<string, string>>>;
  /** Explains what holds a node; with `confirm` it ends a hold that nobody works under. @throws CONFLICT when somebody does. */
  recover(context: RequestContext, uuid: string, confirm: boolean): Promise<HoldReport>;
  /** Host name of the conductor that a node maps to now, or null. Synchronous on cached membership, so that lists stay one query. */
  conductorOf(node: { uuid: string; conductor_group: string; driver: string }): string | null;
  /** Enabled hardware types of live conductors with their hosts and interfaces; for `/v1/drivers`. */
  drivers(): Promise<DriverSummary[]>;
}

export interface DriverSummary {
  name: string;
  hosts: string[];
  defaults: Record<InterfaceKind, string | null>;
  enabled: Record<InterfaceKind, string[]>;
}

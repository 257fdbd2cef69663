import type { Logger } from '../config/logger.ts';
import type { InterfaceKind } from '../model/interface-kind.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { BootDevice, BootMode, InternalInfoPatch, Node, NodePatch, PowerState, PowerTarget } from '../model/node.ts';
import type { Port, PortPatch } from '../model/port.ts';
import type { InBandStatus, StepKind, StepOutcome, StepRecord, StepSpec } from '../model/step.ts';

/**
 * What a driver gets to work with: one node, held by a lease. Everything it saves is conditional on the lease. A driver never writes
 * `provision_state`; it returns an outcome and the conductor moves the state.
 */
export interface Task {
  /** As last read or saved. Treat it as read-only. */
  readonly node: Node;
  readonly ports: readonly Port[];
  /** Aborted when the lease is lost, the step's deadline passes or the service stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  save(patch: NodePatch): Promise<void>;
  /** Merges keys into `driver_internal_info`; undefined removes a key. */
  saveInternal(patch: InternalInfoPatch): Promise<void>;
  savePort(uuid: string, patch: PortPatch): Promise<void>;
  addPort(address: string, patch?: PortPatch): Promise<void>;
  saveInventory(data: { inventory: JsonObject; plugin_data: JsonObject }): Promise<void>;
  /**
   * The conductor's whole power action (tokens forgotten, state saved, event written), for drivers that must power the node as part of
   * something larger. Honours `disable_power_off`.
   */
  power(target: PowerTarget, timeoutSeconds?: number): Promise<void>;
  /** Implementation of another interface kind of the same node. */
  driver: NodeDriver;
}

/** The implementations a node is composed of at the moment. */
export interface NodeDriver {
  readonly power: PowerInterface;
  readonly management: ManagementInterface;
  readonly boot: BootInterface;
  readonly deploy: DeployInterface;
  readonly inspect: InspectInterface;
  readonly network: NetworkInterface;
  readonly raid: RaidInterface;
  readonly bios: BiosInterface;
  readonly firmware: FirmwareInterface;
  readonly rescue: RescueInterface;
  readonly storage: StorageInterface;
  readonly console: ConsoleInterface;
  readonly vendor: VendorInterface;
}

/** Description of one driver_info key; `GET /v1/drivers/{name}/properties`. */
export type Properties = Readonly<Record<string, string>>;

/** A step in the driver's code. */
export interface DriverStep extends Omit<StepSpec, 'interface'> {
  readonly kind: StepKind;
  /** Erases or overwrites disks: spent once per request. */
  readonly destroysData: boolean;
  /**
   * May it run again after a crash in the middle? `safe`: yes. `never`: the work fails with the reason. (In-band steps are asked for at
   * the agent instead.)
   */
  readonly rerun: 'safe' | 'never';
  readonly deadlineSeconds: number;
  /** What an operator should check when it stalls. */
  readonly stallHint: string;
  run(task: Task, args: Record<string, Json | undefined>): Promise<StepOutcome>;
}

interface AnyInterface {
  /** Implementation name as in ironic.conf, for example `redfish`. */
  readonly name: string;
  readonly properties: Properties;
  /** Steps that the implementation offers for any kind of workflow. */
  readonly steps: readonly DriverStep[];
  /** @throws INVALID_PARAMETER with all that is missing or wrong. No request to the hardware. */
  validate(task: Task): Promise<void>;
}

export interface PowerInterface extends AnyInterface {
  getPowerState(task: Task): Promise<PowerState | 'error' | null>;
  /** Resolves when the machine has reached the state. @throws POWER_STATE_FAILURE and BMC errors. */
  setPowerState(task: Task, target: PowerTarget, timeoutSeconds: number): Promise<void>;
  readonly supportedPowerStates: readonly PowerTarget[];
  /** May the power loop force the recorded state onto the hardware? */
  readonly supportsPowerSync: boolean;
}

export interface ManagementInterface extends AnyInterface {
  supportedBootDevices(task: Task): Promise<readonly BootDevice[]>;
  getBootDevice(task: Task): Promise<{ boot_device: BootDevice | null; persistent: boolean | null }>;
  setBootDevice(task: Task, device: BootDevice, persistent: boolean): Promise<void>;
  /** UNSUPPORTED_BY_DRIVER where the hardware cannot tell. */
  supportedBootModes(task: Task): Promise<readonly BootMode[]>;
  getBootMode(task: Task): Promise<BootMode | null>;
  setBootMode(task: Task, mode: BootMode): Promise<void>;
  getSecureBoot(task: Task): Promise<boolean | null>;
  setSecureBoot(task: Task, on: boolean): Promise<void>;
  injectNmi(task: Task): Promise<void>;
  detectVendor(task: Task): Promise<string | null>;
  getHealth(task: Task): Promise<string | null>;
  /** MAC addresses known to the BMC. */
  getMacAddresses(task: Task): Promise<readonly string[]>;
}

/** Parameters that the ramdisk must get, as kernel command line words without the boot interface's own. */
export type RamdiskParams = Readonly<Record<string, string | null>>;

export interface BootInterface extends AnyInterface {
  readonly capabilities: readonly string[];
  prepareRamdisk(task: Task, params: RamdiskParams): Promise<void>;
  cleanUpRamdisk(task: Task): Promise<void>;
  prepareInstance(task: Task): Promise<void>;
  cleanUpInstance(task: Task): Promise<void>;
  validateInspection(task: Task): Promise<void>;
  validateRescue(task: Task): Promise<void>;
}

export interface DeployInterface extends AnyInterface {
  /** Makes everything ready before step 1 (image URL, networks, ramdisk). */
  prepare(task: Task): Promise<void>;
  /** Removes what `prepare` made; called at tear down and after failures; must be repeatable. */
  cleanUp(task: Task): Promise<void>;
  /** Powers the node off and takes its networks and volumes away. */
  tearDown(task: Task): Promise<void>;
  takeOver(task: Task): Promise<void>;
  /** Boots the ramdisk for cleaning; `wait` until the agent calls. */
  prepareCleaning(task: Task): Promise<StepOutcome>;
  tearDownCleaning(task: Task): Promise<void>;
  prepareService(task: Task): Promise<StepOutcome>;
  tearDownService(task: Task): Promise<void>;
  /** The agent's side of steps; absent where no agent is used. */
  readonly inBand?: InBand;
}

/** The dialogue with the agent about steps. The engine owns the cursor, this owns the wire. */
export interface InBand {
  /** Steps that the agent offers; also stored in `driver_internal_info.agent_cached_<kind>_steps`. */
  getSteps(task: Task, kind: StepKind): Promise<StepSpec[]>;
  /**
   * Starts the step. AGENT_IN_PROGRESS: try at the next heartbeat. AGENT_CONNECTION_FAILED: the agent could not be reached at all.
   */
  startStep(task: Task, kind: StepKind, step: StepRecord): Promise<void>;
  /** Asks how the step is getting on. */
  pollStep(task: Task, kind: StepKind, step: StepRecord): Promise<InBandStatus>;
  /** After success: stores what the step brought back (RAID configuration and the like). */
  finishStep(task: Task, kind: StepKind, step: StepRecord, result: JsonObject): Promise<void>;
  /**
   * Boots the ramdisk once more because a step asked for a reboot: boot medium prepared again, then the power cycle. Without it the engine
   * only reboots.
   */
  rebootRamdisk?(task: Task, kind: StepKind): Promise<void>;
  /** Fetches the ramdisk's logs and stores them; never throws. */
  collectLogs(task: Task, label: string): Promise<void>;
}

export interface InspectInterface extends AnyInterface {
  inspect(task: Task): Promise<StepOutcome>;
  /** UNSUPPORTED_BY_DRIVER where it cannot be aborted. */
  abort(task: Task): Promise<void>;
  /** Data posted by the ramdisk. */
  continueInspection?(task: Task, inventory: JsonObject, pluginData: JsonObject): Promise<void>;
}

export interface NetworkInterface extends AnyInterface {
  addNetwork(task: Task, phase: 'provisioning' | 'cleaning' | 'inspection' | 'rescuing' | 'servicing'): Promise<void>;
  removeNetwork(task: Task, phase: 'provisioning' | 'cleaning' | 'inspection' | 'rescuing' | 'servicing'): Promise<void>;
  configureTenantNetworks(task: Task): Promise<void>;
  unconfigureTenantNetworks(task: Task): Promise<void>;
  vifList(task: Task): Promise<{ id: string }[]>;
  vifAttach(task: Task, vif: JsonObject & { id: string }): Promise<void>;
  vifDetach(task: Task, vifId: string): Promise<void>;
}

export interface RaidInterface extends AnyInterface {
  readonly logicalDiskProperties: Properties;
  validateConfig(task: Task, config: JsonObject): Promise<void>;
}

export interface BiosInterface extends AnyInterface {
  cacheSettings(task: Task): Promise<void>;
}

export interface FirmwareInterface extends AnyInterface {
  cacheComponents(task: Task): Promise<void>;
}

export interface RescueInterface extends AnyInterface {
  rescue(task: Task): Promise<StepOutcome>;
  unrescue(task: Task): Promise<void>;
  cleanUp(task: Task): Promise<void>;
  /**
   * The ramdisk has called: gives it the password (`instance_info.hashed_rescue_password`) and connects the tenant networks. Called again
   * at the next heartbeat after AGENT_IN_PROGRESS. Absent where `rescue` never answers `wait`.
   */
  finalize?(task: Task): Promise<void>;
}

export interface StorageInterface extends AnyInterface {
  attachVolumes(task: Task): Promise<void>;
  detachVolumes(task: Task): Promise<void>;
  shouldWriteImage(task: Task): boolean;
}

export interface ConsoleInterface extends AnyInterface {
  start(task: Task): Promise<void>;
  stop(task: Task): Promise<void>;
  getConsole(task: Task): Promise<{ type: string; url: string }>;
}

/** One vendor method. */
export interface VendorMethod {
  readonly httpMethods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH')[];
  readonly async: boolean;
  readonly attach: boolean;
  readonly description: string;
  readonly requireExclusiveLock: boolean;
  run(task: Task, method: string, args: JsonObject): Promise<Json>;
}

export interface VendorInterface extends AnyInterface {
  readonly methods: Readonly<Record<string, VendorMethod>>;
}

/** Which interface type stands for which kind. */
export interface InterfaceOfKind {
  power: PowerInterface;
  management: ManagementInterface;
  boot: BootInterface;
  deploy: DeployInterface;
  inspect: InspectInterface;
  network: NetworkInterface;
  raid: RaidInterface;
  bios: BiosInterface;
  firmware: FirmwareInterface;
  rescue: RescueInterface;
  storage: StorageInterface;
  console: ConsoleInterface;
  vendor: VendorInterface;
}

/** A hardware type: which implementations it supports per kind, its own favourite first. */
export interface HardwareType {
  readonly name: string;
  readonly supports: Readonly<Record<InterfaceKind, readonly string[]>>;
}

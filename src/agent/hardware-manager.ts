import type { BlockDevice } from '../image/block-device.ts';
import type { JsonObject } from '../model/json.ts';
import type { StepKind, StepSpec } from '../model/step.ts';

/** A disk as the agent sees it; names of the inventory document of the stock agent. */
export interface DiskInfo {
  /** Device path, for example `/dev/sda`. */
  readonly name: string;
  readonly model: string;
  /** Bytes. */
  readonly size: number;
  readonly rotational: boolean;
  readonly serial: string;
  readonly wwn: string | null;
  readonly vendor: string;
  readonly hctl: string | null;
  readonly by_path: string | null;
  readonly logical_sectors: number;
  readonly physical_sectors?: number;
  readonly wwn_with_extension?: string | null;
  readonly wwn_vendor_extension?: string | null;
  /** Transport, for example `sata` or `nvme`. */
  readonly tran?: string | null;
}

/** What every agent needs of the machine it runs on. One implementation simulates, one (later) drives Linux. */
export interface HardwareManager {
  readonly name: string;
  readonly version: string;
  /** The whole inventory document. */
  inventory(): Promise<JsonObject & { interfaces: JsonObject[] }>;
  disks(): Promise<readonly DiskInfo[]>;
  openDisk(name: string): Promise<BlockDevice>;
  /** Gives all blocks of a disk back to it, where it promises to read as zeros afterwards; false (nothing done) where it does not. */
  discard?(name: string): Promise<boolean>;
  /** What the network hands over of an image, as this machine gets it; simulations damage it here. */
  received?(chunk: Buffer): Buffer;
  steps(kind: Exclude<StepKind, 'verify'>): Promise<readonly StepSpec[]>;
  /** Runs one of `steps`; deploy's `write_image` is the agent's own. */
  runStep(kind: Exclude<StepKind, 'verify'>, step: string, args: JsonObject, context: StepRun): Promise<JsonObject | null>;
  /** Told of every step before it runs, the agent's own `write_image` included. */
  stepStarts?(kind: Exclude<StepKind, 'verify'>, step: JsonObject & { step: string }): void;
  /** Base64 of a tar.gz with the system's logs. */
  collectLogs(): Promise<string>;
  setRescuePassword(hash: string): Promise<void>;
  /** Registers the instance's boot loader; root UUID, ESP UUID, PReP UUID and boot mode as the conductor sent them. */
  installBootloader(args: JsonObject): Promise<void>;
  sync(): Promise<void>;
  powerOff(): Promise<void>;
  reboot(): Promise<void>;
}

export interface StepRun {
  readonly node: JsonObject;
  readonly ports: readonly JsonObject[];
  readonly signal: AbortSignal;
  progress(done: number, total: number): void;
}

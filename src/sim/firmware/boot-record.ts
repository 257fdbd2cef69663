import type { BootMode, BootTarget } from '../machine/boot-settings.ts';

/** What runs on a machine since its last start. */
export type BootedFrom = 'none' | 'ramdisk' | 'disk';

/** The outcome of one start of a machine, readable in the Oem part of its Redfish system. */
export interface BootRecord {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly from: BootedFrom;
  /** What was booted in the end; null when nothing was. */
  readonly target: BootTarget | null;
  readonly mode: BootMode;
  /** Why this one, and why the ones before it were passed over: one sentence each, in order. */
  readonly reasons: readonly string[];
  /** SHA-256, hexadecimal: of the whole ISO, or of the first bytes of the disk's first partition that holds anything. */
  readonly sha256: string | null;
  /** Device path of the booted disk. */
  readonly disk: string | null;
  /** Host name the config drive gives to the installed system. */
  readonly hostname: string | null;
  /** Kernel command line of a ramdisk, secrets masked. */
  readonly commandLine: string | null;
}

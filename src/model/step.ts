import type { InterfaceKind } from './interface-kind.ts';
import type { Json, JsonObject } from './json.ts';

/** The workflows that are lists of steps. */
export type StepKind = 'verify' | 'clean' | 'deploy' | 'service';

/** Description of one argument of a step. */
export interface StepArgument {
  description: string;
  required?: boolean;
}

/**
 * What a step is, apart from how it is run. In-band steps come from the agent as data; drivers declare theirs in code
 * (`drivers/driver.ts`).
 */
export interface StepSpec {
  interface: InterfaceKind;
  step: string;
  /** Higher runs earlier; 0 means only when asked for. */
  priority: number;
  argsinfo: Record<string, StepArgument> | null;
  abortable: boolean;
  requires_ramdisk: boolean;
  /** In-band steps only: the agent asks for a reboot after it. */
  reboot_requested?: boolean;
  /** In-band steps only: it erases or overwrites what is on disks. */
  destroys_data?: boolean;
}

/** A step in a node's persisted list, with its arguments. */
export interface StepRecord extends StepSpec {
  args: Record<string, Json | undefined>;
  /** True when the agent runs it. */
  in_band: boolean;
  /** The agent asks for a reboot after it. */
  reboot_requested?: boolean;
  /** Set by an abort request that came while a step that cannot be aborted was running. */
  abort_after?: boolean;
  /** The step erases or overwrites what is on disks: spent once per request. */
  destroys_data: boolean;
}

/** Result of starting a step: finished, or waiting for the agent or a poller. */
export type StepOutcome = 'done' | 'wait';

/** What a running in-band step is doing, as the agent tells it. */
export type InBandStatus =
  | { readonly status: 'running'; readonly progress?: { readonly done: number; readonly total: number } }
  | { readonly status: 'succeeded'; readonly result: JsonObject }
  | { readonly status: 'failed'; readonly error: string }
  /** Another or no step is known to the agent: freshly booted. */
  | { readonly status: 'unknown' }
  | { readonly status: 'version_mismatch'; readonly error: string };

/** Names handled by the engine itself, whatever the interface says. */
export const RESERVED_STEPS = ['hold', 'wait', 'power_on', 'power_off', 'reboot'] as const;

/** Order among steps of equal priority: higher first. */
export const STEP_INTERFACE_RANK: Readonly<Record<StepKind, Readonly<Partial<Record<InterfaceKind, number>>>>> = {
  clean: { vendor: 7, power: 6, management: 5, firmware: 4, deploy: 3, bios: 2, raid: 1 },
  deploy: { vendor: 7, power: 6, management: 5, firmware: 4, deploy: 3, bios: 2, raid: 1 },
  service: { network: 8, vendor: 7, power: 6, management: 5, firmware: 4, deploy: 3, bios: 2, raid: 1 },
  verify: {
    power: 13,
    management: 12,
    firmware: 11,
    inspect: 10,
    deploy: 9,
    boot: 8,
    bios: 7,
    raid: 6,
    vendor: 5,
    network: 4,
    storage: 3,
    console: 2,
    rescue: 1,
  },
};

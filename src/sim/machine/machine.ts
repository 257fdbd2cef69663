import type { Clock } from '../../model/clock.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import type { BootRecord } from '../firmware/boot-record.ts';
import type { BiosSettings } from './bios-settings.ts';
import type { BootSettings } from './boot-settings.ts';
import type { Delays } from './delays.ts';
import type { EventSubscriptions } from './event-subscriptions.ts';
import type { MachineLog } from './machine-log.ts';
import type { MachinePlan } from './machine-plan.ts';
import type { MediaSlots } from './media-slots.ts';
import type { PowerControl } from './power-control.ts';
import type { SecureBoot } from './secure-boot.ts';
import type { SessionStore } from './session-store.ts';
import type { TaskList } from './task-list.ts';
import type { Volumes } from './volumes.ts';

export const LED_STATES = ['Lit', 'Blinking', 'Off'] as const;
export type LedState = (typeof LED_STATES)[number];

/** States of BootProgress.LastState that the firmware passes through. */
export type BootProgress =
  | 'None'
  | 'PrimaryProcessorInitializationStarted'
  | 'SystemHardwareInitializationComplete'
  | 'SetupEntered'
  | 'OSBootStarted'
  | 'OSRunning';

/** Every part of a simulated machine, as its BMC and its firmware share it. */
export interface Machine {
  readonly plan: MachinePlan;
  readonly clock: Clock;
  readonly delays: Delays;
  readonly log: MachineLog;
  readonly faults: FaultBook;
  readonly power: PowerControl;
  readonly boot: BootSettings;
  readonly bios: BiosSettings;
  readonly secureBoot: SecureBoot;
  readonly media: MediaSlots;
  readonly volumes: Volumes;
  readonly sessions: SessionStore;
  readonly tasks: TaskList;
  readonly subscriptions: EventSubscriptions;
  /** Indicator lights by owner: `system`, `chassis`, or a drive's id. */
  readonly leds: Map<string, LedState>;
  /** Versions that updates change. */
  readonly versions: { bios: string; bmc: string };
  /** Milliseconds the BMC's clock is ahead of the rack's, and its local offset as `+hh:mm`. */
  readonly bmcClock: { aheadMs: number; offset: string };
  readonly account: { password: string };
  /** Work that waits for the next start, for example firmware that a BIOS takes over then. */
  readonly onNextStart: (() => void)[];
  bootProgress: BootProgress;
  bootProgressAt: number;
  lastBoot: BootRecord | null;
  assetTag: string;
  /** Cuts every connection for a while and forgets sessions: the BMC restarts. */
  restartBmc(outageMs: number): void;
}

import type { Clock } from '../../model/clock.ts';
import { AgentError } from '../agent-error.ts';
import type { HardwareManager } from '../hardware-manager.ts';
import { tarGz } from '../tar-archive.ts';
import { type HardwareHooks, openSimulatedDisk, simulatedDiskInfo } from './simulated-disks.ts';
import { type SimulatedMachine, simulatedInventory } from './simulated-machine.ts';
import { SIMULATED_STEPS, type StepMachine, simulatedStepSpecs } from './simulated-steps.ts';

export interface SimulatedHardwareOptions {
  readonly machine: SimulatedMachine;
  readonly clock: Clock;
  /** The machine switches itself off, or restarts. */
  powerOff(): Promise<void> | void;
  reboot(): Promise<void> | void;
  readonly hooks?: HardwareHooks;
  /** Version told to conductors; another one after listing steps makes them refresh. */
  readonly version?: string;
  /** Lines for the log archive, for example the machine's own log. */
  readonly logLines?: () => readonly string[];
  /** The instance's boot loader was registered with the firmware. */
  onBootloader?(args: object): void;
  /** The rescue user's password hash was set. */
  onRescuePassword?(hash: string): void;
}

/**
 * The hardware of a simulated machine: its disks are sparse files, and what steps do to them is real. It lives for one boot; the machine
 * outlives it.
 */
export function createSimulatedHardware(options: SimulatedHardwareOptions): HardwareManager {
  const { machine, clock } = options;
  const hooks = options.hooks ?? {};
  const disks = machine.disks.map(simulatedDiskInfo);
  const openDisk: HardwareManager['openDisk'] = (name) => openSimulatedDisk(machine.disks, name, hooks);
  const state: StepMachine = { disks: async () => disks, openDisk, raid: {} };

  return {
    name: 'SimulatedHardwareManager',
    version: options.version ?? '1.0',
    inventory: async () =>
      simulatedInventory(
        machine,
        disks.map((disk) => ({ ...disk })),
      ),
    disks: async () => disks,
    openDisk,
    async discard(name) {
      const disk = machine.disks.find((each) => each.name === name);
      if (disk === undefined || disk.rotational) return false;
      const device = await openDisk(name);
      try {
        await device.zero(0, device.size);
      } finally {
        await device.close();
      }
      return true;
    },
    received: (chunk) => hooks.onReceived?.(chunk) ?? chunk,
    steps: async (kind) => simulatedStepSpecs(kind),
    async runStep(kind, step, args, run) {
      const spec = Object.hasOwn(SIMULATED_STEPS, step) ? SIMULATED_STEPS[step] : undefined;
      if (spec?.priority[kind] === undefined) throw new AgentError('HardwareManagerMethodNotFound', `there is no ${kind} step ${step}`);
      await hooks.beforeStep?.(kind, step);
      return spec.run(state, args, run);
    },
    stepStarts: (kind, step) => hooks.onStep?.(kind, step.step),
    async collectLogs() {
      const files = new Map<string, Buffer>([
        ['journal', Buffer.from((options.logLines?.() ?? []).map((line) => `${line}\n`).join(''))],
        ['lsblk', Buffer.from(JSON.stringify(disks, null, 1))],
        ['ip_addr', Buffer.from(JSON.stringify(machine.nics, null, 1))],
      ]);
      return (await tarGz(files, clock.now())).toString('base64');
    },
    async setRescuePassword(hash) {
      options.onRescuePassword?.(hash);
    },
    async installBootloader(args) {
      options.onBootloader?.(args);
    },
    async sync() {},
    async powerOff() {
      await options.powerOff();
    },
    async reboot() {
      await options.reboot();
    },
  };
}

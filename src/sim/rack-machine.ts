import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningAgent } from '../agent/start-agent.ts';
import type { Logger } from '../config/logger.ts';
import { openFileDevice } from '../image/file-device.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import { type FirmwareParts, runFirmware } from './firmware/firmware.ts';
import { bootedFrom } from './machine/booted-from.ts';
import { createMachine } from './machine/create-machine.ts';
import type { Delays } from './machine/delays.ts';
import type { Machine } from './machine/machine.ts';
import type { RackEvent } from './machine/machine-log.ts';
import type { MachinePlan } from './machine/machine-plan.ts';
import { BmcServer } from './redfish/bmc-server.ts';

/** A switched-off system needs this long after the agent's order: the order's answer must get out first. Milliseconds. */
const SHUTDOWN_GRACE_MS = 100;

export interface RackMachineOptions {
  readonly plan: MachinePlan;
  readonly host: string;
  readonly port: number;
  /** Directory of this machine alone. */
  readonly dir: string;
  readonly clock: Clock;
  readonly delays: Delays;
  readonly log: Logger;
  readonly maxMediumBytes: number;
  readonly listener: (event: RackEvent) => void;
}

/** A machine in the rack: BMC, power, firmware, disks, and the agent while one runs. */
export class RackMachine {
  readonly parts: Machine;
  readonly disks: FirmwareParts['disks'];
  readonly #options: RackMachineOptions;
  #bmc: BmcServer | null = null;
  #agent: RunningAgent | null = null;
  #boot: AbortController | null = null;
  /** What still winds down after a power cut; `close` waits for it. */
  readonly #winding = new Set<Promise<unknown>>();

  private constructor(options: RackMachineOptions) {
    this.#options = options;
    this.disks = options.plan.disks.map((plan) => ({ plan, path: join(options.dir, `${plan.id}.img`) }));
    this.parts = createMachine({
      plan: options.plan,
      clock: options.clock,
      delays: options.delays,
      listener: options.listener,
      hooks: { started: () => this.#start(), stopped: () => this.#stop() },
      restartBmc: (outageMs) => this.#bmc?.restart(outageMs),
    });
  }

  /** Makes the disks that are missing and starts the BMC. @throws when the port is taken or a disk file does not fit. */
  static async start(options: RackMachineOptions): Promise<RackMachine> {
    const machine = new RackMachine(options);
    await mkdir(options.dir, { recursive: true });
    for (const { plan, path } of machine.disks)
      await (await openFileDevice(path, { size: plan.size, sectorSize: plan.sectorSize })).close();
    machine.#bmc = await BmcServer.listen(machine.parts, options.host, options.port);
    return machine;
  }

  get plan(): MachinePlan {
    return this.#options.plan;
  }

  get name(): string {
    return this.plan.name;
  }

  get index(): number {
    return this.plan.index;
  }

  /** Base URL of the BMC. */
  get address(): string {
    return this.#bmc?.address ?? '';
  }

  /** Where the agent's API listens; null while none serves. */
  get agentUrl(): string | null {
    return this.#agent?.url ?? null;
  }

  /** What runs now. */
  get bootedFrom(): 'none' | 'ramdisk' | 'disk' {
    return bootedFrom(this.parts);
  }

  /** @param removeDisks also deletes the disk files. */
  async close(removeDisks: boolean): Promise<void> {
    this.parts.power.stop();
    this.#stop();
    await this.#bmc?.close();
    await Promise.all(this.#winding);
    if (removeDisks) await rm(this.#options.dir, { recursive: true, force: true });
  }

  #start(): void {
    const boot = new AbortController();
    this.#boot = boot;
    const run = runFirmware(
      {
        machine: this.parts,
        disks: this.disks,
        scratchDir: this.#options.dir,
        maxMediumBytes: this.#options.maxMediumBytes,
        startRamdisk: (commandLine) => this.#startAgent(commandLine, boot.signal),
      },
      boot.signal,
    ).catch((error: unknown) => {
      if (boot.signal.aborted) return;
      this.parts.log.write('boot', `the firmware gave up: ${messageOf(error)}`);
      this.#options.log.error({ machine: this.name, error: messageOf(error) }, 'simulated firmware failed');
    });
    this.#wind(run);
  }

  #stop(): void {
    this.#boot?.abort(new Error('the machine lost power or was reset'));
    this.#boot = null;
    this.parts.bootProgress = 'None';
    this.parts.bootProgressAt = this.parts.clock.now();
    const agent = this.#agent;
    this.#agent = null;
    if (agent) this.#wind(agent.stop());
  }

  async #startAgent(commandLine: string, signal: AbortSignal): Promise<void> {
    const { parts } = this;
    if (parts.faults.strike('agent-silent', 'start of the agent')) return;
    // Loaded at the first ramdisk of the process: a rack that only answers for its BMCs stays small.
    const { startMachineAgent } = await import('./start-machine-agent.ts');
    const agent = await startMachineAgent({
      machine: parts,
      disks: this.disks,
      commandLine,
      host: this.#options.host,
      scratchDir: this.#options.dir,
      log: this.#options.log.child({ machine: this.name }),
      powerOff: () => this.#later(signal, () => parts.power.offFromInside()),
      restart: () => this.#later(signal, () => parts.power.restart('ordered by the operating system')),
      die: () => this.#agentDies(signal),
    });
    if (!agent) {
      parts.log.write('boot', 'the ramdisk runs without an agent: its command line names no API');
      return;
    }
    if (signal.aborted) {
      await agent.stop();
      return;
    }
    this.#agent = agent;
    parts.log.write('agent', 'agent started');
    this.#wind(
      agent.ended.then((reason) => {
        parts.log.write('agent', `agent ended: ${reason}`);
        if (this.#agent === agent) this.#agent = null;
      }),
    );
  }

  /** The agent's process is gone; the machine stays switched on. */
  async #agentDies(signal: AbortSignal): Promise<void> {
    const agent = signal.aborted ? null : this.#agent;
    if (!agent) return;
    this.#agent = null;
    await agent.stop();
  }

  #later(signal: AbortSignal, work: () => void): void {
    const cancel = this.parts.clock.after(SHUTDOWN_GRACE_MS + this.parts.delays.gracefulShutdown, work);
    signal.addEventListener('abort', cancel, { once: true });
  }

  #wind(work: Promise<unknown>): void {
    const tracked = work
      .catch((error: unknown) => this.#options.log.warn({ machine: this.name, error: messageOf(error) }, 'winding down'))
      .finally(() => this.#winding.delete(tracked));
    this.#winding.add(tracked);
  }
}

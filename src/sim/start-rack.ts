import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import { describeMachine, type MachineDescription } from './describe-machine.ts';
import type { FaultOrder } from './faults/fault.ts';
import { orderIsFor } from './faults/fault.ts';
import type { FaultKind } from './faults/fault-kinds.ts';
import { type Delays, REALISTIC_DELAYS } from './machine/delays.ts';
import type { RackEvent } from './machine/machine-log.ts';
import { type DiskShape, machinePlan } from './machine/machine-plan.ts';
import { RackMachine } from './rack-machine.ts';

export interface RackOptions {
  /** How many machines. */
  readonly machines: number;
  /** The same seed draws the same machines. */
  readonly seed: number | string;
  /** Address the BMCs and agents listen on; 127.0.0.1 when not said. */
  readonly host?: string;
  /** Machine number i listens on `basePort + i`; without it every BMC takes any free port. */
  readonly basePort?: number;
  /** Disks live below it, one directory a machine; an earlier rack's disks are used again. */
  readonly dataDir: string;
  /** Milliseconds; what is not named is as in `REALISTIC_DELAYS`. */
  readonly delays?: Partial<Delays>;
  readonly faults?: readonly FaultOrder[];
  /** Disks of every machine instead of drawn ones. */
  readonly disks?: readonly DiskShape[];
  /** Bytes of a virtual medium that are fetched at most; 8 GiB when not said. */
  readonly maxMediumBytes?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A rack of simulated machines that runs. */
export interface Rack {
  readonly machines: readonly RackMachine[];
  /** By name or number. @throws WroughtError NOT_FOUND */
  machine(name: string | number): RackMachine;
  /** What a client needs to enrol the machines. */
  describe(): { machines: MachineDescription[] };
  /** Hears of everything that happens; the returned function ends it. */
  onEvent(listener: (event: RackEvent) => void): () => void;
  /** Puts a fault into the machines an order is for. @throws WroughtError NOT_FOUND when it is for none. */
  inject(order: FaultOrder): void;
  /** Ends faults: of one kind or all, on one machine or all. */
  clearFaults(selection?: { machine?: string | number; kind?: FaultKind }): void;
  /** Stops agents and BMCs. Disks stay unless `removeDisks`. */
  close(options?: { removeDisks?: boolean }): Promise<void>;
}

/** How many BMCs are started side by side. */
const BATCH = 64;
const MAX_MEDIUM_BYTES = 8 * 1024 ** 3;

/**
 * Starts a rack: for each machine a BMC on its own port, disks as sparse files, and everything switched off.
 *
 * @throws when a port is taken, a disk file does not fit, or a fault names a machine that is not there; nothing stays running then.
 */
export async function startRack(options: RackOptions): Promise<Rack> {
  const events = new EventEmitter<{ event: [RackEvent] }>();
  events.setMaxListeners(0);
  const { host = '127.0.0.1', basePort = 0 } = options;
  if (!Number.isInteger(options.machines) || options.machines < 1)
    throw new WroughtError('INVALID_PARAMETER', `a rack needs at least one machine, not ${options.machines}`);
  if (basePort !== 0 && basePort + options.machines > 65_536)
    throw new WroughtError('INVALID_PARAMETER', `${options.machines} machines do not fit into the ports from ${basePort} on`);
  const machines: RackMachine[] = [];
  const start = async (index: number): Promise<void> => {
    const plan = machinePlan(String(options.seed), index, options.disks);
    const machine = await RackMachine.start({
      plan,
      host,
      port: basePort === 0 ? 0 : basePort + index,
      dir: join(options.dataDir, plan.name),
      clock: options.clock,
      delays: { ...REALISTIC_DELAYS, ...options.delays },
      log: options.log,
      maxMediumBytes: options.maxMediumBytes ?? MAX_MEDIUM_BYTES,
      listener: (event) => events.emit('event', event),
    });
    machines[index] = machine;
  };
  const rack = rackOf(machines, events);
  try {
    for (let first = 0; first < options.machines; first += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, options.machines - first) }, (_, offset) => start(first + offset));
      const failed = (await Promise.allSettled(batch)).find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
    }
    for (const order of options.faults ?? []) rack.inject(order);
  } catch (error) {
    await rack.close();
    throw error;
  }
  options.log.info({ machines: machines.length, seed: options.seed }, 'simulated rack runs');
  return rack;
}

function rackOf(machines: readonly RackMachine[], events: EventEmitter<{ event: [RackEvent] }>): Rack {
  const find = (name: string | number): RackMachine => {
    const found = machines.find((machine) => machine?.name === name || machine?.index === Number(name));
    if (!found) throw new WroughtError('NOT_FOUND', `the rack has no machine ${name}; it has ${machines.length}`);
    return found;
  };
  return {
    machines,
    machine: find,
    describe: () => ({ machines: machines.map(describeMachine) }),
    onEvent(listener) {
      events.on('event', listener);
      return () => events.off('event', listener);
    },
    inject(order) {
      const meant = machines.filter((machine) => orderIsFor(order, machine));
      if (meant.length === 0) throw new WroughtError('NOT_FOUND', `fault ${order.fault.kind}: the rack has no machine ${order.machine}`);
      for (const machine of meant) machine.parts.faults.add(order.fault);
    },
    clearFaults(selection = {}) {
      const meant = selection.machine === undefined ? machines : [find(selection.machine)];
      for (const machine of meant) machine.parts.faults.clear(selection.kind);
    },
    async close(how = {}) {
      // Holes are left by machines that could not be started.
      await Promise.all(machines.filter((machine) => machine !== undefined).map((machine) => machine.close(how.removeDisks ?? false)));
    },
  };
}

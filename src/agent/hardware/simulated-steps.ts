import type { BlockDevice } from '../../image/block-device.ts';
import { messageOf } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { StepSpec } from '../../model/step.ts';
import { AgentError } from '../agent-error.ts';
import type { DiskInfo, StepRun } from '../hardware-manager.ts';
import { wipeEnds } from '../held-back-device.ts';
import { withoutSkipped } from '../root-device.ts';
import { checkRaidConfig } from './simulated-raid.ts';

export type AgentStepKind = 'clean' | 'deploy' | 'service';

interface SimulatedStep {
  /** Priority by kind of work; absent: not offered there. */
  readonly priority: Readonly<Partial<Record<AgentStepKind, number>>>;
  readonly interface: 'deploy' | 'raid';
  readonly destroysData: boolean;
  readonly argsinfo?: StepSpec['argsinfo'];
  run(machine: StepMachine, args: JsonObject, run: StepRun): Promise<JsonObject | null>;
}

/** What the steps work on. */
export interface StepMachine {
  disks(): Promise<readonly DiskInfo[]>;
  openDisk(name: string): Promise<BlockDevice>;
  /** RAID configuration in force. */
  raid: JsonObject;
}

const RAID_ARGS = {
  raid_config: { description: 'The RAID configuration to apply.', required: true },
  delete_existing: { description: 'Remove the present configuration first; true when not said.', required: false },
};

/** Pieces in which a disk is erased, so that progress can be told and an abort noticed. */
const ERASE_PIECES = 16;

/** Steps of the simulated hardware manager; names and priorities are those of the stock agent. */
export const SIMULATED_STEPS: Readonly<Record<string, SimulatedStep>> = {
  erase_devices: {
    priority: { clean: 10 },
    interface: 'deploy',
    destroysData: true,
    async run(machine, _args, run) {
      const erased: JsonObject = {};
      await eachDisk(machine, run, async (disk, device, progress) => {
        await eraseAll(device, run, progress);
        erased[disk.name] = null;
      });
      return erased;
    },
  },
  erase_devices_metadata: {
    priority: { clean: 99, deploy: 0 },
    interface: 'deploy',
    destroysData: true,
    run: eraseMetadata,
  },
  erase_devices_express: {
    priority: { clean: 0 },
    interface: 'deploy',
    destroysData: true,
    run: eraseMetadata,
  },
  delete_configuration: {
    priority: { clean: 0, service: 0 },
    interface: 'raid',
    destroysData: true,
    async run(machine, _args, run) {
      // Members lose their superblocks.
      await eraseMetadata(machine, {}, run);
      machine.raid = {};
      return null;
    },
  },
  create_configuration: {
    priority: { clean: 0, service: 0 },
    interface: 'raid',
    destroysData: true,
    async run(machine, _args, run) {
      return applyRaid(machine, run.node.target_raid_config, run);
    },
  },
  apply_configuration: {
    priority: { deploy: 0, service: 0 },
    interface: 'raid',
    destroysData: true,
    argsinfo: RAID_ARGS,
    async run(machine, args, run) {
      const present = machine.raid.logical_disks;
      if (args.delete_existing === false && Array.isArray(present) && present.length > 0)
        throw new AgentError('SoftwareRAIDError', 'there is a RAID configuration already, and delete_existing is false');
      machine.raid = {};
      return applyRaid(machine, args.raid_config, run);
    },
  },
};

/** The steps offered for a kind of work. */
export function simulatedStepSpecs(kind: AgentStepKind): StepSpec[] {
  return Object.entries(SIMULATED_STEPS).flatMap(([step, spec]) => {
    const priority = spec.priority[kind];
    if (priority === undefined) return [];
    return [
      {
        interface: spec.interface,
        step,
        priority,
        argsinfo: spec.argsinfo ?? null,
        abortable: kind !== 'deploy',
        requires_ramdisk: true,
        destroys_data: spec.destroysData,
      },
    ];
  });
}

async function eraseMetadata(machine: StepMachine, _args: JsonObject, run: StepRun): Promise<null> {
  await eachDisk(machine, run, async (_disk, device, progress) => {
    await wipeEnds(device);
    await device.flush();
    progress(device.size);
  });
  return null;
}

async function applyRaid(machine: StepMachine, config: JsonObject[string], run: StepRun): Promise<JsonObject> {
  if (!isJsonObject(config)) throw new AgentError('SoftwareRAIDError', 'target_raid_config is missing: there is nothing to create');
  const present = machine.raid.logical_disks;
  if (Array.isArray(present) && present.length > 0)
    throw new AgentError('SoftwareRAIDError', 'there is a RAID configuration already; run delete_configuration first');
  machine.raid = checkRaidConfig(config, withoutSkipped(await machine.disks(), skipped(run)));
  return machine.raid;
}

/** Works through the disks that may be touched; failures are collected, so that one bad disk does not spare the others. */
async function eachDisk(
  machine: StepMachine,
  run: StepRun,
  work: (disk: DiskInfo, device: BlockDevice, progress: (done: number) => void) => Promise<void>,
): Promise<void> {
  const disks = withoutSkipped(await machine.disks(), skipped(run));
  const total = disks.reduce((sum, disk) => sum + disk.size, 0);
  const problems: string[] = [];
  let before = 0;
  for (const disk of disks) {
    run.signal.throwIfAborted();
    const device = await machine.openDisk(disk.name);
    try {
      await work(disk, device, (done) => run.progress(before + done, total));
    } catch (error) {
      run.signal.throwIfAborted();
      problems.push(`${disk.name} (serial ${disk.serial}): ${messageOf(error)}`);
    } finally {
      await device.close();
    }
    before += disk.size;
  }
  if (problems.length > 0) throw new AgentError('BlockDeviceEraseError', `erasing failed on ${problems.join('; ')}`);
}

/** From the end to the start: a file that is cut at its end gives its blocks back, whatever its size. */
async function eraseAll(device: BlockDevice, run: StepRun, progress: (done: number) => void): Promise<void> {
  const piece = Math.ceil(device.size / ERASE_PIECES / device.sectorSize) * device.sectorSize;
  for (let end = device.size; end > 0; end -= piece) {
    run.signal.throwIfAborted();
    const start = Math.max(0, end - piece);
    await device.zero(start, end - start);
    progress(device.size - start);
  }
  await device.flush();
}

function skipped(run: StepRun): JsonObject[string] {
  return isJsonObject(run.node.properties) ? run.node.properties.skip_block_devices : undefined;
}

import { parseKernelCommandLine } from '../agent/agent-parameters.ts';
import { createSimulatedHardware } from '../agent/hardware/simulated.ts';
import { type RunningAgent, startAgent } from '../agent/start-agent.ts';
import type { Logger } from '../config/logger.ts';
import { agentDisturbances } from './faults/agent-disturbances.ts';
import type { FirmwareParts } from './firmware/firmware.ts';
import type { Machine } from './machine/machine.ts';
import { simulatedMachine } from './machine/simulated-machine.ts';

export interface MachineAgentOptions {
  readonly machine: Machine;
  readonly disks: FirmwareParts['disks'];
  readonly commandLine: string;
  /** Address the agent listens on. */
  readonly host: string;
  readonly scratchDir: string;
  readonly log: Logger;
  /** The operating system on the machine orders it off, or restarts it. */
  readonly powerOff: () => void;
  readonly restart: () => void;
  /** The agent's process is to be killed; resolves when it is gone. */
  readonly die: () => Promise<void>;
}

/**
 * Starts the real agent on a simulated machine, as the init system of a ramdisk does.
 *
 * @returns null when the command line names no API: the ramdisk is somebody's own system then, without an agent.
 */
export async function startMachineAgent(options: MachineAgentOptions): Promise<RunningAgent | null> {
  const { machine, disks, host } = options;
  const parameters = parseKernelCommandLine(options.commandLine);
  if (parameters['ipa-api-url'] === undefined && parameters['ipa-inspection-callback-url'] === undefined) return null;
  const { clock, log } = machine;
  return startAgent({
    parameters,
    hardware: createSimulatedHardware({
      machine: simulatedMachine(machine, disks, host),
      clock,
      hooks: agentDisturbances(machine, options.die),
      logLines: () => log.entries().map((line) => `${new Date(line.at).toISOString()} ${line.kind}: ${line.message}`),
      powerOff: options.powerOff,
      reboot: options.restart,
      onBootloader: () => log.write('disk', 'boot loader registered'),
      onRescuePassword: () => log.write('agent', 'password of the rescue user set'),
    }),
    host,
    port: 0,
    clock,
    log: options.log,
    tempDir: options.scratchDir,
  });
}

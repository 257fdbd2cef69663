import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../config/logger.ts';
import type { BlockDevice } from '../../image/block-device.ts';
import { openFileDevice } from '../../image/file-device.ts';
import { systemClock } from '../../model/clock.ts';
import { createSimulatedHardware } from '../hardware/simulated.ts';
import type { HardwareHooks } from '../hardware/simulated-disks.ts';
import type { SimulatedDisk, SimulatedMachine } from '../hardware/simulated-machine.ts';
import { type RunningAgent, startAgent } from '../start-agent.ts';
import { type ConductorDouble, startConductorDouble } from './conductor-double.ts';

export const NODE_UUID = '5f4b2a7e-64a5-4c0c-9b58-1f2d5f0e7b11';
export const TOKEN = 'a-token-of-forty-three-characters-0123456789';
export const GIB = 1024 ** 3;

export interface AgentScene extends AsyncDisposable {
  readonly conductor: ConductorDouble;
  readonly agent: RunningAgent;
  readonly directory: string;
  readonly powered: { off: number; reboots: number };
  readonly bootloaders: object[];
  readonly rescueHashes: string[];
  /** Opens a disk's file to look at it. */
  disk(name: string): Promise<BlockDevice>;
}

/** The small server that the agent of a scene runs on. */
export function sceneMachine(directory: string, sizes: readonly number[] = [5 * GIB, 8 * GIB]): SimulatedMachine {
  const disks: SimulatedDisk[] = sizes.map((size, index) => ({
    path: join(directory, `disk${index}`),
    name: `/dev/sd${String.fromCharCode(97 + index)}`,
    serial: `SERIAL-${index}`,
    size,
    rotational: index > 0,
    wwn: `0x500${index}`,
  }));
  return {
    hostname: 'scene',
    manufacturer: 'Wrought',
    productName: 'Scene',
    serialNumber: 'S-1',
    cpu: { model: 'Simulated', count: 8, sockets: 1, mhz: 2400, architecture: 'x86_64' },
    memoryMib: 16384,
    nics: [{ name: 'eno1', mac: '52:54:00:00:00:01' }],
    disks,
    bootMode: 'uefi',
  };
}

/** An agent on simulated hardware, with a conductor double to call. Nothing outside of a temporary directory is touched. */
export async function startAgentScene(
  options: {
    parameters?: Record<string, string>;
    sizes?: readonly number[];
    hooks?: HardwareHooks;
    version?: string;
    node?: Record<string, unknown>;
    heartbeatTimeout?: number;
    tempLimit?: number;
    /** Token that lookup gives out. */
    token?: string;
    /** Called before the agent starts. */
    before?: (conductor: ConductorDouble) => void;
  } = {},
): Promise<AgentScene> {
  const directory = await mkdtemp(join(tmpdir(), 'wrought-agent-'));
  const conductor = await startConductorDouble({
    nodeUuid: NODE_UUID,
    token: options.token ?? TOKEN,
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.heartbeatTimeout === undefined ? {} : { heartbeatTimeout: options.heartbeatTimeout }),
  });
  options.before?.(conductor);
  const powered = { off: 0, reboots: 0 };
  const bootloaders: object[] = [];
  const rescueHashes: string[] = [];
  const machine = sceneMachine(directory, options.sizes);
  const agent = await startAgent({
    parameters: {
      'ipa-api-url': conductor.url,
      'ipa-image-download-connection-retries': '1',
      'ipa-image-download-connection-retry-interval': '0',
      ...options.parameters,
    },
    hardware: createSimulatedHardware({
      machine,
      clock: systemClock,
      powerOff: () => void powered.off++,
      reboot: () => void powered.reboots++,
      onBootloader: (args) => bootloaders.push(args),
      onRescuePassword: (hash) => rescueHashes.push(hash),
      logLines: () => ['first line'],
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
    }),
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log: silentLogger,
    tempDir: directory,
    ...(options.tempLimit === undefined ? {} : { tempLimit: options.tempLimit }),
  });
  return {
    conductor,
    agent,
    directory,
    powered,
    bootloaders,
    rescueHashes,
    disk(name) {
      const found = machine.disks.find((each) => each.name === name);
      if (found === undefined) throw new Error(`no disk ${name}`);
      return openFileDevice(found.path, { size: found.size });
    },
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await conductor.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

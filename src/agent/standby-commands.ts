import { AgentError } from './agent-error.ts';
import type { CommandTable } from './command-board.ts';
import type { HardwareManager } from './hardware-manager.ts';
import type { ImageWriter } from './image-writer.ts';
import type { KnownNode } from './lookup-answer.ts';

/** `standby.*`: writing an image without a step, and ending the ramdisk. */
export function standbyCommands(parts: { hardware: HardwareManager; writer: ImageWriter; node: () => KnownNode | null }): CommandTable {
  const { hardware, writer } = parts;
  return {
    'standby.prepare_image': {
      kind: 'async',
      required: ['image_info'],
      optional: ['configdrive'],
      check: (params) => writer.check(params.image_info),
      async run(params, run) {
        const node = parts.node();
        if (node === null) throw new AgentError('DeploymentError', 'no node is known, so there are no hints which disk to write to');
        return writer.write(params.image_info, params.configdrive, node, run);
      },
    },
    'standby.execute_bootc_install': {
      kind: 'async',
      required: ['image_source'],
      optional: ['instance_info', 'pull_secret', 'configdrive'],
      async run(params) {
        throw new AgentError(
          'DeploymentError',
          `cannot install ${JSON.stringify(params.image_source)?.slice(0, 200)}: this agent has no container runtime; deploy a disk image, or boot the stock agent with podman`,
        );
      },
    },
    'standby.get_partition_uuids': { kind: 'sync', required: [], optional: [], run: async () => writer.partitionUuids() },
    'standby.sync': {
      kind: 'sync',
      required: [],
      optional: [],
      async run() {
        await hardware.sync();
        return null;
      },
    },
    'standby.run_image': {
      kind: 'async',
      required: [],
      optional: [],
      async run() {
        await hardware.sync();
        await hardware.reboot();
        return null;
      },
    },
    'standby.power_off': {
      kind: 'async',
      required: [],
      optional: [],
      async run() {
        await hardware.sync();
        await hardware.powerOff();
        return null;
      },
    },
  };
}

import type { Config } from '../../config/config.ts';
import type { ImageService } from '../../image/image-service.ts';
import type { Clock } from '../../model/clock.ts';
import { hasCode } from '../../model/errors.ts';
import type { StepOutcome } from '../../model/step.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import { fastTrackAlive } from '../agent-link/fast-track.ts';
import type { DriverStep, InBand, Task } from '../driver.ts';
import { endRamdisk } from './agent-power-off.ts';
import { alwaysCollected } from './agent-ramdisk.ts';
import { downloadSource, imageReference, PREPARED_IMAGE, storedImage } from './direct-image.ts';
import { installBootloader } from './install-bootloader.ts';

export interface DirectParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly images: ImageService;
  readonly agents: AgentClient;
  readonly inBand: InBand;
}

/** What all steps of a direct deployment have in common. */
const COMMON = { kind: 'deploy', argsinfo: null, abortable: false, requires_ramdisk: true, destroysData: false, rerun: 'safe' } as const;

/**
 * The steps of a direct deployment, in their order:
 *
 *     deploy ─(ramdisk boots, agent calls)─▶ write_image ─(agent writes)─▶ prepare_instance_boot ─▶ tear_down_agent
 *            ─▶ switch_to_tenant_network ─▶ boot_instance
 */
export function directSteps(parts: DirectParts): readonly DriverStep[] {
  const { agents, config, inBand, images } = parts;
  const writeImage: DriverStep = {
    ...COMMON,
    step: 'write_image',
    priority: 80,
    destroysData: true,
    // An agent that is writing already is not asked again; a second write of the same image to the same disk harms nobody.
    rerun: 'safe',
    deadlineSeconds: 900,
    stallHint: 'The agent writes the image. Look at its progress, at the image server, and at the disk for errors.',
    async run(task) {
      if (!task.driver.storage.shouldWriteImage(task)) return 'done';
      const { step, priority, abortable, requires_ramdisk } = writeImage;
      await inBand.startStep(task, 'deploy', {
        interface: 'deploy',
        step,
        priority,
        abortable,
        requires_ramdisk,
        argsinfo: null,
        args: {},
        in_band: true,
        destroys_data: true,
      });
      return 'wait';
    },
  };

  return [
    {
      ...COMMON,
      step: 'deploy',
      priority: 100,
      requires_ramdisk: false,
      deadlineSeconds: 4 * 3600,
      stallHint:
        'The image is being made available, or the machine does not boot its ramdisk: look at the image source, then at the console.',
      run: (task) => deploy(parts, task),
    },
    writeImage,
    {
      ...COMMON,
      step: 'prepare_instance_boot',
      priority: 60,
      // Polling of the boot loader alone may take [agent]command_wait_attempts × command_wait_interval, twice.
      deadlineSeconds: 1800,
      stallHint: 'The agent registers the boot loader with the firmware, or the BMC is slow to take the boot device.',
      async run(task) {
        if (task.driver.storage.shouldWriteImage(task)) {
          const uuids = await agents.run(task.node, 'standby.get_partition_uuids', {}, { signal: task.signal });
          await task.saveInternal({ root_uuid_or_disk_id: uuids['root uuid'] });
          await installBootloader({ agents, config }, task, uuids);
          await bootFromDisk(task);
        }
        await task.driver.boot.prepareInstance(task);
        await images.release(task.node.uuid);
        return 'done';
      },
    },
    {
      ...COMMON,
      step: 'tear_down_agent',
      priority: 40,
      deadlineSeconds: 900,
      stallHint: 'The machine does not switch off: look at its console and at the BMC.',
      async run(task) {
        // A second run after a crash may find the machine off and the agent forgotten.
        if (typeof task.node.driver_internal_info.agent_url === 'string') {
          await alwaysCollected(parts, task, '');
          await endRamdisk(parts, task);
        } else if (!task.node.disable_power_off) await task.power('power off');
        await task.driver.boot.cleanUpRamdisk(task);
        return 'done';
      },
    },
    {
      ...COMMON,
      step: 'switch_to_tenant_network',
      priority: 30,
      requires_ramdisk: false,
      deadlineSeconds: 900,
      stallHint: 'The network service does not answer.',
      async run(task) {
        await task.driver.network.removeNetwork(task, 'provisioning');
        await task.driver.network.configureTenantNetworks(task);
        return 'done';
      },
    },
    {
      ...COMMON,
      step: 'boot_instance',
      priority: 20,
      requires_ramdisk: false,
      deadlineSeconds: 900,
      stallHint: 'The BMC does not power the machine on.',
      async run(task) {
        await task.power(task.node.disable_power_off ? 'rebooting' : 'power on');
        return 'done';
      },
    },
  ];
}

/** Makes the image available, so that a wrong one fails before the machine is touched; then boots the ramdisk. */
async function deploy(parts: DirectParts, task: Task): Promise<StepOutcome> {
  const { config, clock, images } = parts;
  const { node } = task;
  if (!task.driver.storage.shouldWriteImage(task)) return 'done';
  const mode = downloadSource(node, config) === 'local' ? 'local' : 'http';
  const image = await images.prepare(node.uuid, imageReference(node), mode, task.signal);
  await task.save({ instance_info: { ...task.node.instance_info, image_url: image.url } });
  await task.saveInternal({ [PREPARED_IMAGE]: storedImage(image) });
  if (fastTrackAlive(task.node, config, clock)) return 'done';
  await task.power('rebooting');
  parts.agents.forget(node.uuid);
  return 'wait';
}

/** Persistently, unless `driver_info/force_persistent_boot_device` is `Never`. Managements that cannot are left to their firmware. */
async function bootFromDisk(task: Task): Promise<void> {
  const force = task.node.driver_info.force_persistent_boot_device;
  try {
    await task.driver.management.setBootDevice(task, 'disk', !(typeof force === 'string' && /^never$/i.test(force)));
  } catch (error) {
    if (!hasCode(error, 'UNSUPPORTED_BY_DRIVER')) throw error;
    task.log.info({ node: task.node.uuid, error: error.message }, 'the boot device stays as it is');
  }
}

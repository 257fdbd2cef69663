import type { MediaPublisher } from '../../boot/media-publisher.ts';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { ImageService } from '../../image/image-service.ts';
import type { Clock } from '../../model/clock.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import { fastTrackAlive } from '../agent-link/fast-track.ts';
import type { DeployInterface, Properties } from '../driver.ts';
import { createAgentInBand } from './agent-in-band.ts';
import { createAgentRamdisk, ramdiskParams } from './agent-ramdisk.ts';
import { PREPARED_IMAGE, writeImageArgs } from './direct-image.ts';
import { directSteps } from './direct-steps.ts';
import { validateDirect } from './direct-validate.ts';

/** Keys of driver_info that the agent's deploy interfaces read. */
export const AGENT_DEPLOY_PROPERTIES: Properties = {
  agent_verify_ca:
    'Either a Boolean value, or a path to a file with certificates: how the TLS certificate of an agent is verified that does not send its own. Optional.',
  deploy_forces_oob_reboot:
    'Whether the BMC switches the machine off after a deployment, instead of the agent. Defaults to false. Optional.',
  fast_track: 'Whether a running ramdisk may be used for the next operation without a reboot. Defaults to [deploy]fast_track. Optional.',
  image_download_source: 'How the image reaches the agent: http or local. Defaults to [agent]image_download_source. Optional.',
  image_http_proxy: 'URL of a proxy for images behind http URLs. Optional.',
  image_https_proxy: 'URL of a proxy for images behind https URLs. Optional.',
  image_no_proxy: 'Comma-separated host names, IP addresses and domains that are reached without the proxy. Optional.',
};

/**
 * The `direct` deploy interface: a ramdisk's agent fetches the image and writes it to the disk.
 */
export function createDirectDeploy(parts: {
  config: Config;
  log: Logger;
  clock: Clock;
  images: ImageService;
  media: MediaPublisher;
  agents: AgentClient;
}): DeployInterface {
  const { config, clock, images, agents } = parts;
  const inBand = createAgentInBand({
    agents,
    config,
    clock,
    ramdiskParams: (task) => ramdiskParams(task, config),
    async extraArgs(task, kind, step) {
      const writes = kind === 'deploy' && step.interface === 'deploy' && step.step === 'write_image';
      return writes && step.args.image_info === undefined ? writeImageArgs(task.node, config) : {};
    },
  });

  return {
    name: 'direct',
    properties: AGENT_DEPLOY_PROPERTIES,
    steps: directSteps({ config, clock, images, agents, inBand }),
    inBand,
    ...createAgentRamdisk({ agents, config, clock }),
    validate: (task) => validateDirect(task, { config, images }),

    async prepare(task) {
      const { driver } = task;
      await driver.storage.attachVolumes(task);
      if (!driver.storage.shouldWriteImage(task)) {
        await driver.network.configureTenantNetworks(task);
        await driver.boot.prepareInstance(task);
        return;
      }
      if (fastTrackAlive(task.node, config, clock)) return;
      if (!task.node.disable_power_off) await task.power('power off');
      await driver.network.unconfigureTenantNetworks(task);
      await driver.network.addNetwork(task, 'provisioning');
      await driver.boot.prepareRamdisk(task, ramdiskParams(task, config));
    },

    async cleanUp(task) {
      const { driver } = task;
      await images.release(task.node.uuid);
      agents.forget(task.node.uuid);
      await driver.boot.cleanUpRamdisk(task);
      await driver.boot.cleanUpInstance(task);
      const { image_url, ...info } = task.node.instance_info;
      if (image_url !== undefined) await task.save({ instance_info: info });
      await task.saveInternal({ [PREPARED_IMAGE]: undefined });
    },

    async tearDown(task) {
      const { driver } = task;
      if (!task.node.disable_power_off) await task.power('power off');
      agents.forget(task.node.uuid);
      await driver.network.unconfigureTenantNetworks(task);
      await driver.network.removeNetwork(task, 'provisioning');
      await driver.storage.detachVolumes(task);
    },

    /** The instance boots from its own disk: there is nothing to take over. */
    async takeOver() {},
  };
}

import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import type { StepOutcome } from '../../model/step.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import { apiUrlForRamdisk } from '../agent-link/api-url.ts';
import { fastTrackAlive } from '../agent-link/fast-track.ts';
import type { DeployInterface, RamdiskParams, Task } from '../driver.ts';
import { collectAgentLogs } from './agent-logs.ts';
import { endRamdisk } from './agent-power-off.ts';

export interface RamdiskParts {
  readonly agents: AgentClient;
  readonly config: Config;
  readonly clock: Clock;
}

/** Words that tell the ramdisk where its API is. Boot interfaces with virtual media add theirs. */
export function ramdiskParams(task: Task, config: Config): RamdiskParams {
  return { 'ipa-api-url': apiUrlForRamdisk(config, /virtual-media|https/.test(task.driver.boot.name)) };
}

/** Cleaning and servicing by an agent: shared by every deploy interface that boots one. */
export type AgentRamdisk = Pick<DeployInterface, 'prepareCleaning' | 'tearDownCleaning' | 'prepareService' | 'tearDownService'>;

export function createAgentRamdisk(parts: RamdiskParts): AgentRamdisk {
  const { agents, config, clock } = parts;

  /** Boots the ramdisk; the agent calls when it is up. */
  async function boot(task: Task): Promise<StepOutcome> {
    await task.driver.boot.prepareRamdisk(task, ramdiskParams(task, config));
    await task.power('rebooting');
    agents.forget(task.node.uuid);
    return 'wait';
  }

  return {
    async prepareCleaning(task) {
      await task.saveInternal(eraseSettings(config));
      if (fastTrackAlive(task.node, config, clock)) return 'done';
      await task.driver.network.addNetwork(task, 'cleaning');
      return boot(task);
    },

    async tearDownCleaning(task) {
      await alwaysCollected(parts, task, 'cleaning');
      if (!task.node.disable_power_off) await task.power('power off');
      agents.forget(task.node.uuid);
      await task.driver.boot.cleanUpRamdisk(task);
      await task.driver.network.removeNetwork(task, 'cleaning');
    },

    async prepareService(task) {
      if (!task.node.disable_power_off) await task.power('power off');
      await task.driver.network.unconfigureTenantNetworks(task);
      await task.driver.boot.cleanUpInstance(task);
      await task.driver.network.addNetwork(task, 'servicing');
      return boot(task);
    },

    async tearDownService(task) {
      await alwaysCollected(parts, task, 'service');
      // A servicing that failed half-way may have no agent any more; then the BMC alone ends the ramdisk.
      if (typeof task.node.driver_internal_info.agent_url === 'string') await endRamdisk(parts, task);
      else if (!task.node.disable_power_off) await task.power('power off');
      await task.driver.boot.cleanUpRamdisk(task);
      await task.driver.network.removeNetwork(task, 'servicing');
      await task.driver.network.configureTenantNetworks(task);
      await task.driver.boot.prepareInstance(task);
      await task.power(task.node.disable_power_off ? 'rebooting' : 'power on');
    },
  };
}

/** Logs after success, where the operator wants them always. */
export async function alwaysCollected(parts: RamdiskParts, task: Task, label: string): Promise<void> {
  if (parts.config.string('agent', 'deploy_logs_collect') === 'always') await collectAgentLogs(parts, task, label);
}

/** Settings for erasing, under the names that the agent looks for in `driver_internal_info`. */
function eraseSettings(config: Config): Record<string, boolean | number> {
  const anyway = config.boolean('deploy', 'continue_if_disk_secure_erase_fails');
  return {
    agent_erase_devices_iterations: config.integer('deploy', 'shred_random_overwrite_iterations'),
    agent_erase_devices_zeroize: config.boolean('deploy', 'shred_final_overwrite_with_zeros'),
    agent_continue_if_secure_erase_failed: anyway,
    // Agents before 2021 know only this name.
    agent_continue_if_ata_erase_failed: anyway,
    agent_enable_ata_secure_erase: config.boolean('deploy', 'enable_ata_secure_erase'),
    agent_enable_nvme_secure_erase: config.boolean('deploy', 'enable_nvme_secure_erase'),
    disk_erasure_concurrency: config.integer('deploy', 'disk_erasure_concurrency'),
    agent_erase_skip_read_only: config.boolean('deploy', 'erase_skip_read_only'),
  };
}

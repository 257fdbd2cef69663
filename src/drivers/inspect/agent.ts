import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { hasCode, messageOf, WroughtError } from '../../model/errors.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import { apiUrlForRamdisk } from '../agent-link/api-url.ts';
import { fastTrackWanted } from '../agent-link/fast-track.ts';
import { ramdiskParams } from '../deploy/agent-ramdisk.ts';
import type { InspectInterface, RamdiskParams, Task } from '../driver.ts';
import { addInspectedPorts } from './add-inspected-ports.ts';
import { chosenHooks } from './agent-hooks.ts';
import { processInspectionData } from './agent-process.ts';

/**
 * In-band inspection: boots the ramdisk with the address to post its findings to, then works through what it posts.
 *
 *     ports from the BMC → ramdisk prepared → power on ─(ramdisk posts)─▶ hooks → inventory saved → ramdisk removed, power off
 */
export function createAgentInspect(parts: { config: Config; log: Logger; clock: Clock; agents: AgentClient }): InspectInterface {
  const { config, clock, agents } = parts;
  return {
    name: 'agent',
    properties: {},
    steps: [],

    async validate(task) {
      chosenHooks(config);
      if (config.string('inspector', 'keep_ports') !== 'all')
        throw new WroughtError(
          'NOT_BUILT',
          `[inspector]keep_ports = ${config.string('inspector', 'keep_ports')} is not built: inspection removes no ports; use all`,
        );
      if (config.boolean('inspector', 'require_managed_boot')) await task.driver.boot.validateInspection(task);
    },

    async inspect(task) {
      if (config.boolean('inspector', 'pre_create_ports') && task.ports.length === 0) await portsFromBmc(task);
      if (await managed(task)) {
        if (!task.node.disable_power_off) await task.power('power off');
        await task.driver.network.addNetwork(task, 'inspection');
        await task.driver.boot.prepareRamdisk(task, inspectionParams(task, config));
      } else {
        // Somebody else's DHCP and boot service answers the machine; it is only told to boot from the network once.
        if (!task.node.disable_power_off) await task.power('power off');
        await task.driver.management.setBootDevice(task, 'pxe', false);
      }
      await task.power(task.node.disable_power_off ? 'rebooting' : 'power on');
      return 'wait';
    },

    async abort(task) {
      await endInspection(task);
    },

    async continueInspection(task, inventory, pluginData) {
      try {
        await processInspectionData({ config, clock }, task, inventory, pluginData);
      } catch (error) {
        await endInspection(task).catch((problem: unknown) =>
          task.log.warn({ node: task.node.uuid, error: messageOf(problem) }, 'clearing up after the failed inspection failed too'),
        );
        throw error;
      }
      await endInspection(task);
    },
  };

  async function managed(task: Task): Promise<boolean> {
    try {
      await task.driver.boot.validateInspection(task);
      return true;
    } catch (error) {
      if (config.boolean('inspector', 'require_managed_boot') || !hasCode(error, 'UNSUPPORTED_BY_DRIVER', 'INVALID_PARAMETER')) throw error;
      task.log.info({ node: task.node.uuid, reason: error.message }, 'inspection boot is left to the network (unmanaged)');
      return false;
    }
  }

  async function endInspection(task: Task): Promise<void> {
    agents.forget(task.node.uuid);
    const keep = fastTrackWanted(task.node, config) || !config.boolean('inspector', 'power_off') || task.node.disable_power_off;
    if (!keep) await task.power('power off');
    await task.driver.boot.cleanUpRamdisk(task);
    await task.driver.network.removeNetwork(task, 'inspection');
  }
}

/** Words for the kernel command line: where to post, and what the operator adds. The API itself only where the agent is to stay (fast track). */
export function inspectionParams(task: Task, config: Config): RamdiskParams {
  const virtualMedia = /virtual-media|https/.test(task.driver.boot.name);
  const params: Record<string, string | null> = {
    'ipa-inspection-callback-url': `${apiUrlForRamdisk(config, virtualMedia)}/v1/continue_inspection`,
  };
  if (fastTrackWanted(task.node, config)) Object.assign(params, ramdiskParams(task, config));
  if (config.boolean('inspector', 'force_dhcp')) params['ipa-collect-lldp'] = '1';
  for (const word of config.string('inspector', 'extra_kernel_params').split(/\s+/)) {
    if (word === '') continue;
    const at = word.indexOf('=');
    params[at < 0 ? word : word.slice(0, at)] = at < 0 ? null : word.slice(at + 1);
  }
  return params;
}

/** The posted data is matched to the node by its ports: without any, the BMC is asked for the addresses it knows. */
async function portsFromBmc(task: Task): Promise<void> {
  try {
    await addInspectedPorts(task, 'all', await task.driver.management.getMacAddresses(task));
  } catch (error) {
    if (!hasCode(error, 'UNSUPPORTED_BY_DRIVER')) throw error;
    task.log.info({ node: task.node.uuid }, 'the BMC tells no MAC addresses; the data will be matched by BMC address');
  }
}

import type { Config } from '../../config/config.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import type { AgentClient, AgentCommand } from '../agent-link/agent-client.ts';
import type { Task } from '../driver.ts';
import { targetBootMode } from './agent-boot-mode.ts';
import { isPartitionImage } from './direct-image.ts';

/**
 * Lets the agent register or install the boot loader, where that is needed: with software RAID, for partition images with a known root,
 * and for whole-disk images in UEFI mode.
 *
 * @param uuids answer of `standby.get_partition_uuids`.
 * @throws DEPLOY_FAILURE when the agent could not.
 */
export async function installBootloader(parts: { agents: AgentClient; config: Config }, task: Task, uuids: JsonObject): Promise<void> {
  const { node } = task;
  const mode = targetBootMode(node, parts.config);
  const rootUuid = textOrNull(uuids['root uuid']);
  const partition = isPartitionImage(node);
  const raid = hasSoftwareRaid(node);
  if (!(raid || (partition ? rootUuid !== null : mode === 'uefi'))) {
    if (partition) task.log.warn({ node: node.uuid }, 'the agent told no root UUID; no boot loader is installed');
    return;
  }
  const params: JsonObject = {
    root_uuid: rootUuid,
    efi_system_part_uuid: textOrNull(uuids['efi system partition uuid']),
    prep_boot_part_uuid: textOrNull(uuids['PReP Boot partition uuid']),
  };
  const command = await send(parts.agents, task, { ...params, target_boot_mode: mode }, raid && mode === 'uefi' ? null : params);
  if (command.status !== 'succeeded')
    throw new WroughtError(
      'DEPLOY_FAILURE',
      `Node ${node.uuid}: failed to install a bootloader when deploying (${mode}): ${command.error ?? `the command ended as ${command.status}`}`,
    );
}

/** Agents before 6.1 do not know target_boot_mode: when they refuse, `older` is sent. */
async function send(agents: AgentClient, task: Task, params: JsonObject, older: JsonObject | null): Promise<AgentCommand> {
  try {
    return await agents.runLong(task.node, 'image.install_bootloader', params, { signal: task.signal });
  } catch (error) {
    if (older === null || !hasCode(error, 'AGENT_API_ERROR')) throw error;
    task.log.info({ node: task.node.uuid, error: error.message }, 'the agent refused target_boot_mode; asking without it');
    return agents.runLong(task.node, 'image.install_bootloader', older, { signal: task.signal });
  }
}

function hasSoftwareRaid(node: Node): boolean {
  return [node.raid_config, node.target_raid_config].some(
    (config) =>
      Array.isArray(config.logical_disks) && config.logical_disks.some((disk) => isJsonObject(disk) && disk.controller === 'software'),
  );
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

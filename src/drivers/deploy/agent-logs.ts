import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { messageOf } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import type { Task } from '../driver.ts';

/** Largest archive stored, bytes. */
const MAX_ARCHIVE = 48 * 1024 * 1024;

/**
 * Fetches the ramdisk's logs and stores them under `[agent]deploy_logs_local_path`. Never throws: logs never change the outcome of what
 * they tell about. Switched off by `deploy_logs_collect = never`.
 *
 * @param label `cleaning`, `service`, `inspect`, or empty for deployments.
 */
export async function collectAgentLogs(
  parts: { agents: AgentClient; config: Config; clock: Clock },
  task: Task,
  label: string,
): Promise<void> {
  const { agents, config, clock } = parts;
  const { node, log } = task;
  if (config.string('agent', 'deploy_logs_collect') === 'never') return;
  if (typeof node.driver_internal_info.agent_url !== 'string') {
    log.info({ node: node.uuid }, 'no agent has called in, so there are no ramdisk logs to fetch');
    return;
  }
  try {
    const result = await agents.run(node, 'log.collect_system_logs', {});
    if (typeof result.system_logs !== 'string') throw new Error('the agent sent no system_logs');
    await storeAgentLogs({ config, clock }, node, label, result.system_logs, task);
  } catch (error) {
    log.warn({ node: node.uuid, error: messageOf(error) }, 'ramdisk logs could not be fetched');
  }
}

/** Stores an archive that the ramdisk sent, base64 of tar.gz. Never throws. */
export async function storeAgentLogs(
  parts: { config: Config; clock: Clock },
  node: Node,
  label: string,
  base64: string,
  task: Pick<Task, 'log'>,
): Promise<void> {
  const { config, clock } = parts;
  try {
    const backend = config.string('agent', 'deploy_logs_storage_backend');
    if (backend !== 'local') throw new Error(`[agent]deploy_logs_storage_backend = ${backend} is not built; only local is`);
    const archive = Buffer.from(base64, 'base64');
    if (archive.length > MAX_ARCHIVE) throw new Error(`the archive has ${archive.length} bytes, more than ${MAX_ARCHIVE}`);
    const directory = config.string('agent', 'deploy_logs_local_path');
    await mkdir(directory, { recursive: true });
    const path = join(directory, logFileName(node, label, clock.now()));
    await writeFile(path, archive, { mode: 0o640 });
    task.log.info({ node: node.uuid, path, bytes: archive.length }, 'ramdisk logs stored');
  } catch (error) {
    task.log.warn({ node: node.uuid, error: messageOf(error) }, 'ramdisk logs could not be stored');
  }
}

/** `<uuid>[_<name>][_<instance uuid>][_<label>]_<YYYY-MM-DD-HH-MM-SS>.tar.gz`, UTC. */
export function logFileName(node: Pick<Node, 'uuid' | 'name' | 'instance_uuid'>, label: string, now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[T:]/g, '-');
  const parts = [node.uuid, node.name, node.instance_uuid, label, time];
  // A node's name is free text for our purposes: it must not lead out of the directory.
  return `${parts.flatMap((each) => (each ? [each.replace(/[^A-Za-z0-9.-]/g, '-')] : [])).join('_')}.tar.gz`;
}

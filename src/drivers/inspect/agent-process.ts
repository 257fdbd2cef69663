import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { storeAgentLogs } from '../deploy/agent-logs.ts';
import type { Task } from '../driver.ts';
import { chosenHooks, type HookRun } from './agent-hooks.ts';

/**
 * Works through what a ramdisk posted: preprocessing of all hooks, then their main parts, then properties and inventory are saved. The
 * ramdisk's logs go to a file when anything fails, or always where the operator wants it.
 *
 * @throws INSPECTION_FAILURE with everything that was wrong.
 */
export async function processInspectionData(
  parts: { config: Config; clock: Clock },
  task: Task,
  inventory: JsonObject,
  pluginData: JsonObject,
): Promise<void> {
  const { logs, ...plugin } = pluginData;
  const collect = parts.config.string('agent', 'deploy_logs_collect');
  try {
    await runHooks(parts.config, task, inventory, plugin);
  } catch (error) {
    if (collect !== 'never') await keepLogs(parts, task, logs);
    throw error;
  }
  if (collect === 'always') await keepLogs(parts, task, logs);
}

async function runHooks(config: Config, task: Task, inventory: JsonObject, plugin: JsonObject): Promise<void> {
  const hooks = chosenHooks(config);
  const run: HookRun = { task, config, inventory, plugin, interfaces: null, properties: defined(task.node.properties) };
  const problems: string[] = [];
  for (const { name, hook } of hooks) {
    try {
      hook.preprocess?.(run);
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0)
    throw new WroughtError('INSPECTION_FAILURE', `node ${task.node.uuid}: inspection data refused: ${problems.join('; ')}`);
  for (const { hook } of hooks) await hook.run?.(run);
  await task.save({ properties: run.properties });
  await task.saveInventory({ inventory, plugin_data: plugin });
}

async function keepLogs(parts: { config: Config; clock: Clock }, task: Task, logs: Json | undefined): Promise<void> {
  if (typeof logs === 'string' && logs !== '') await storeAgentLogs(parts, task.node, 'inspect', logs, task);
}

function defined(object: JsonObject): Record<string, Json> {
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { hasCode, messageOf } from '../../model/errors.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import type { Task } from '../driver.ts';

/** Seconds between two attempts to reach an agent that was told to lock itself down, and how many. */
const LOCKDOWN_WAIT = 5;
const LOCKDOWN_TRIES = 7;

/**
 * Ends the ramdisk. Usually: the agent switches the machine off, the power state is read until it is off, and if it does not become so the
 * BMC cuts the power. `driver_info/deploy_forces_oob_reboot`: only the agent's disks are flushed, then the BMC cuts the power. Nodes that
 * cannot be switched off: flush, lock down, wait until the agent is gone.
 */
export async function endRamdisk(parts: { agents: AgentClient; config: Config; clock: Clock }, task: Task): Promise<void> {
  const { agents } = parts;
  const { node } = task;
  if (node.disable_power_off) {
    await agents.run(node, 'standby.sync', {}, { signal: task.signal });
    await agents.command(node, 'system.lockdown', {}, { signal: task.signal });
    await untilGone(parts, task);
    return;
  }
  if (isTrue(node.driver_info.deploy_forces_oob_reboot)) {
    await quietly(task, 'flush of disk caches', () => agents.run(node, 'standby.sync', {}, { signal: task.signal }));
    await task.power('power off');
    agents.forget(node.uuid);
    return;
  }
  await quietly(task, 'power off by the agent', async () => {
    await agents.command(node, 'standby.power_off', {}, { signal: task.signal });
    await untilOff(parts, task);
  });
  // Already off: the conductor only takes note. Still on: the BMC cuts the power.
  await task.power('power off');
  agents.forget(node.uuid);
}

/**
 * Reads the power state until the machine is off, for as long as `[agent]post_deploy_get_power_state_retries` times the interval say. The
 * first looks come quickly, as most machines are off within seconds; then they thin out to the interval.
 */
async function untilOff({ config, clock }: { config: Config; clock: Clock }, task: Task): Promise<void> {
  const interval = config.integer('agent', 'post_deploy_get_power_state_retry_interval') * 1000;
  const end = clock.now() + config.integer('agent', 'post_deploy_get_power_state_retries') * interval;
  for (let wait = Math.min(1000, interval); ; wait = Math.min(interval, wait * 1.5)) {
    if ((await task.driver.power.getPowerState(task)) === 'power off') return;
    if (clock.now() + wait > end) break;
    await clock.sleep(wait, task.signal);
  }
  task.log.warn({ node: task.node.uuid }, 'the agent did not switch the machine off in time; the BMC is asked to');
}

async function untilGone({ agents, clock }: { agents: AgentClient; clock: Clock }, task: Task): Promise<void> {
  for (let attempt = 0; attempt < LOCKDOWN_TRIES; attempt++) {
    try {
      await agents.commands(task.node, { signal: task.signal });
    } catch (error) {
      if (hasCode(error, 'AGENT_CONNECTION_FAILED')) return;
      throw error;
    }
    await clock.sleep(LOCKDOWN_WAIT * 1000, task.signal);
  }
  task.log.warn({ node: task.node.uuid }, 'the agent still answers after it was told to lock itself down');
}

async function quietly(task: Task, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    task.signal.throwIfAborted();
    task.log.warn({ node: task.node.uuid, error: messageOf(error) }, `${what} failed; going on with the BMC`);
  }
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(1|true|yes|on|t|y)$/i.test(value));
}

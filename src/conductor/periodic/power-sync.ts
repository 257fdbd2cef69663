/**
 * Compares the recorded power state with the hardware's. Never touches a node that a job or a person holds: the reading is done without a
 * lease, and what is written is written under a lease that is taken only when there is something to write.
 *
 *     reading ─┬─ equal ──▶ counter 0
 *              ├─ fails ──▶ counter + 1 ─── past [conductor]power_state_sync_max_retries ──▶ maintenance, fault "power failure"
 *              ╰─ differs ──▶ counter + 1 ─┬─ past it ──▶ the same
 *                                          ├─ force ──▶ hardware set to the recorded state
 *                                          ╰─ else ──▶ recorded state set to the hardware's
 */
import { hasCode, messageOf } from '../../model/errors.ts';
import type { Node, PowerState } from '../../model/node.ts';
import { POWER_SYNC_SKIP } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { NodeTask } from '../node-task.ts';
import { powerAction, savePowerState } from '../power/power-action.ts';
import { powerFault } from '../power/power-fault.ts';
import { recoverNode } from '../recovery/recover-node.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { withDeadline } from '../with-deadline.ts';
import { withNode } from '../with-node.ts';
import { inParallel } from './loop.ts';
import { recordHealth } from './record-health.ts';

/** Failed or differing readings in a row, by node. */
export type SyncCounters = Map<string, number>;

/** One round. */
export async function syncPowerStates(ctx: ConductorContext, counters: SyncCounters, signal: AbortSignal): Promise<void> {
  const nodes = (await ctx.store.nodes.scan({ maintenance: false, reserved: false })).filter((node) => ctx.membership.isMine(node));
  const known = new Set(nodes.map((node) => node.uuid));
  for (const uuid of counters.keys()) if (!known.has(uuid)) counters.delete(uuid);
  // A target without a holder is what a lost conductor left behind.
  for (const node of nodes) if (node.target_power_state !== null) await recoverNode(ctx, node);
  const due = nodes
    .filter((node) => node.target_power_state === null && !POWER_SYNC_SKIP.has(node.provision_state))
    .sort((a, b) => (counters.get(b.uuid) ?? 0) - (counters.get(a.uuid) ?? 0));
  const lanes = Math.min(
    ctx.config.integer('conductor', 'sync_power_state_workers'),
    ctx.config.integer('conductor', 'periodic_max_workers'),
  );
  await inParallel(due, lanes, (node) => syncOne(ctx, node, counters, signal));
}

async function syncOne(ctx: ConductorContext, node: Node, counters: SyncCounters, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    const task = await NodeTask.look(ctx, node, null, signal);
    const reading = await read(ctx, task);
    if (reading.state !== null && reading.state === node.power_state) {
      counters.delete(node.uuid);
      await recordHealth(ctx, task);
      return;
    }
    if (node.power_state === null && reading.state === null) return;
    await settleDifference(ctx, node, reading, counters);
  } catch (error) {
    const fields = { node: node.uuid, error: messageOf(error) };
    if (hasCode(error, 'NODE_LOCKED', 'NOT_FOUND', 'LEASE_LOST'))
      ctx.log.debug(fields, 'power of a node that is busy was not synchronised');
    else ctx.log.warn(fields, 'power could not be synchronised');
  }
}

interface Reading {
  readonly state: PowerState | null;
  readonly error: string | null;
}

async function read(ctx: ConductorContext, task: NodeTask): Promise<Reading> {
  try {
    if (task.node.power_state === null) await validateInterfaces(ctx, task, ['power']);
    const seconds = ctx.config.integer('conductor', 'power_state_change_timeout') + 60;
    const state = await withDeadline(ctx, task, { what: 'reading the power state', seconds }, (t) => t.driver.power.getPowerState(t));
    return state === 'error' || state === null ? { state: null, error: 'the BMC could not tell the power state' } : { state, error: null };
  } catch (error) {
    return { state: null, error: messageOf(error) };
  }
}

async function settleDifference(ctx: ConductorContext, seen: Node, reading: Reading, counters: SyncCounters): Promise<void> {
  await withNode(ctx, { uuid: seen.uuid, purpose: 'power state sync', request: null, retry: 'once' }, async (task) => {
    const { node } = task;
    // Somebody was here between the reading and now: what was read may be old.
    if (node.lease_token !== seen.lease_token + 1 || node.maintenance || node.target_power_state !== null) return;
    if (node.power_state === null) {
      await savePowerState(ctx, task, reading.state);
      counters.delete(node.uuid);
      return;
    }
    const count = (counters.get(node.uuid) ?? 0) + 1;
    counters.set(node.uuid, count);
    const most = ctx.config.integer('conductor', 'power_state_sync_max_retries');
    if (count > most) {
      counters.delete(node.uuid);
      await powerFault(ctx, task, reading.state, reading.error);
      return;
    }
    if (reading.state === null) {
      task.log.warn({ node: node.uuid, attempt: count, of: most, error: reading.error }, 'the power state could not be read');
      return;
    }
    const force =
      ctx.config.boolean('conductor', 'force_power_state_during_sync') && task.driver.power.supportsPowerSync && !node.disable_power_off;
    task.log.warn(
      { node: node.uuid, recorded: node.power_state, found: reading.state, force },
      'the power state differs from the recorded one',
    );
    if (force && node.power_state !== 'error') await powerAction(ctx, task, node.power_state, null);
    else await savePowerState(ctx, task, reading.state);
  });
}

import type { PowerState } from '../../model/node.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory, cutText } from '../history-note.ts';
import type { NodeTask } from '../node-task.ts';

/** The power state could not be kept: the node goes into maintenance until the recovery loop finds it well again. */
export async function powerFault(ctx: ConductorContext, task: NodeTask, actual: PowerState | null, error: string | null): Promise<void> {
  const text = `During sync_power_state, max retries exceeded for node ${task.node.uuid}, node state ${actual} does not match expected state '${task.node.power_state}'. Updating DB state to '${actual}' Switching node to maintenance mode.${error === null ? '' : ` Error: ${error}`}`;
  const node = await ctx.store.transaction(async (tx) => {
    const stored = await tx.nodes.mutate(task.node.uuid, task.held.lease, (before) => ({
      power_state: actual,
      last_error: cutText(ctx, text),
      ...(before.maintenance ? {} : { maintenance: true, maintenance_reason: cutText(ctx, text), fault: 'power failure' as const }),
    }));
    await addHistory(ctx, tx, stored, [{ severity: 'ERROR', type: 'monitoring', text }], null);
    const power = { from_power: task.node.power_state, to_power: actual, power_state: actual, target_power_state: null, corrected: true };
    await tx.events.add({ kind: 'node.power_state', node_uuid: stored.uuid, node_name: stored.name, data: power });
    const data = { maintenance: true, reason: stored.maintenance_reason, fault: stored.fault };
    await tx.events.add({ kind: 'node.maintenance', node_uuid: stored.uuid, node_name: stored.name, data });
    return stored;
  });
  task.apply(node);
  ctx.log.error({ node: node.uuid, fault: 'power failure', error }, 'node put into maintenance: its power state can not be kept');
}

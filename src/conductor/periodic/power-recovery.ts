import { messageOf } from '../../model/errors.ts';
import type { Node, PowerState } from '../../model/node.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { NodeTask } from '../node-task.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { withDeadline } from '../with-deadline.ts';
import { withNode } from '../with-node.ts';
import { inParallel } from './loop.ts';

/** Nodes in maintenance for a power failure: those whose BMC answers again leave maintenance by themselves. */
export async function recoverPowerFailures(ctx: ConductorContext, signal: AbortSignal): Promise<void> {
  const nodes = (await ctx.store.nodes.scan({ maintenance: true, fault: 'power failure', reserved: false })).filter(
    (node) => node.provision_state !== 'enroll' && ctx.membership.isMine(node),
  );
  await inParallel(nodes, ctx.config.integer('conductor', 'periodic_max_workers'), (node) => recoverOne(ctx, node, signal));
}

async function recoverOne(ctx: ConductorContext, seen: Node, signal: AbortSignal): Promise<void> {
  try {
    const look = await NodeTask.look(ctx, seen, null, signal);
    await validateInterfaces(ctx, look, ['power']);
    const seconds = ctx.config.integer('conductor', 'power_state_change_timeout') + 60;
    const state = await withDeadline(ctx, look, { what: 'reading the power state', seconds }, (t) => t.driver.power.getPowerState(t));
    if (state === null || state === 'error') return;
    await withNode(ctx, { uuid: seen.uuid, purpose: 'power failure recovery', request: null, retry: 'once' }, (task) =>
      leave(ctx, task, state),
    );
  } catch (error) {
    ctx.log.debug({ node: seen.uuid, error: messageOf(error) }, 'the power failure goes on');
  }
}

async function leave(ctx: ConductorContext, task: NodeTask, state: PowerState): Promise<void> {
  if (!task.node.maintenance || task.node.fault !== 'power failure') return;
  const before = task.node.power_state;
  await ctx.store.transaction(async (tx) => {
    const patch = { power_state: state, maintenance: false, maintenance_reason: null, fault: null, last_error: null };
    const node = await tx.nodes.mutate(task.node.uuid, task.held.lease, () => patch);
    const told = { maintenance: false, reason: null, fault: null };
    await tx.events.add({ kind: 'node.maintenance', node_uuid: node.uuid, node_name: node.name, data: told });
    if (before !== state) {
      const data = { from_power: before, to_power: state, power_state: state, target_power_state: null, corrected: true };
      await tx.events.add({ kind: 'node.power_state', node_uuid: node.uuid, node_name: node.name, data });
    }
  });
  task.log.info({ node: task.node.uuid, power_state: state }, 'the BMC answers again: node taken out of maintenance');
}

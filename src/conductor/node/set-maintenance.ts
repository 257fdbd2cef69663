import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';

/** Sets or clears maintenance; clearing takes reason and fault along. @throws NODE_LOCKED. */
export async function setMaintenance(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  on: boolean,
  reason: string | null,
): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'node update', request }, async (task) => {
    await ctx.store.transaction(async (tx) => {
      const patch = on ? { maintenance: true, maintenance_reason: reason } : { maintenance: false, maintenance_reason: null, fault: null };
      const node = await tx.nodes.mutate(uuid, task.held.lease, () => patch);
      const data = { maintenance: on, reason: node.maintenance_reason, fault: node.fault };
      await tx.events.add({ kind: 'node.maintenance', node_uuid: uuid, node_name: node.name, data });
    });
  });
}

import { hasCode, messageOf } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory } from '../history-note.ts';
import type { NodeTask } from '../node-task.ts';
import { withDeadline } from '../with-deadline.ts';
import { withNode } from '../with-node.ts';

/**
 * Reads what the machine says of its health, where the operator wants it and the BMC tells. A change is written with a history row; the
 * lease is taken only for that. Never throws for what the BMC does.
 */
export async function recordHealth(ctx: ConductorContext, look: NodeTask): Promise<void> {
  if (!ctx.config.boolean('conductor', 'enable_health_monitoring')) return;
  let health: string | null;
  try {
    health = await withDeadline(ctx, look, { what: 'reading the health', seconds: 60 }, (t) => t.driver.management.getHealth(t));
  } catch (error) {
    if (!hasCode(error, 'UNSUPPORTED_BY_DRIVER', 'NOT_BUILT'))
      look.log.debug({ node: look.node.uuid, error: messageOf(error) }, 'health was not told');
    return;
  }
  if (health === null || health === look.node.health) return;
  const told = health;
  await withNode(ctx, { uuid: look.node.uuid, purpose: 'health monitoring', request: null, retry: 'once' }, async (task) => {
    const text = `Health changed from ${task.node.health ?? 'unknown'} to ${told}.`;
    await ctx.store.transaction(async (tx) => {
      const node = await tx.nodes.mutate(task.node.uuid, task.held.lease, () => ({ health: told }));
      await addHistory(ctx, tx, node, [{ severity: 'INFO', type: 'monitoring', text }], null);
      await tx.events.add({ kind: 'node.updated', node_uuid: node.uuid, node_name: node.name, data: { fields: ['health'], health: told } });
    });
    if (told !== 'OK') task.log.warn({ node: task.node.uuid, health: told }, 'the machine is not well');
  });
}

import { WroughtError } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';

/** Most traits that a node may have. */
const MOST = 50;

/** @throws INVALID_PARAMETER (too many), NOT_FOUND (removing an absent one), NODE_LOCKED. */
export async function setTraits(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  change: { set?: string[]; add?: string; remove?: string },
): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'node update', request }, async (task) => {
    const traits = new Set(change.set ?? task.node.traits);
    if (change.add !== undefined) traits.add(change.add);
    if (change.remove !== undefined && !traits.delete(change.remove)) {
      throw new WroughtError('NOT_FOUND', `Node ${uuid} does not have a trait '${change.remove}'.`);
    }
    if (traits.size > MOST) {
      throw new WroughtError(
        'INVALID_PARAMETER',
        `Node ${uuid}: a node can not have more than ${MOST} traits, ${traits.size} were asked for.`,
      );
    }
    await ctx.store.transaction(async (tx) => {
      await tx.nodes.setTraits(uuid, task.held.lease, [...traits].sort());
      await tx.events.add({ kind: 'node.updated', node_uuid: uuid, node_name: task.node.name, data: { fields: ['traits'] } });
    });
  });
}

import { randomUUID } from 'node:crypto';
import type { Allocation, NewAllocation } from '../../model/allocation.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';
import { misfits } from './allocation-fit.ts';
import { startAllocating } from './take-over-allocations.ts';

/**
 * Stores the request and looks for a node after the answer. With a node: an allocation for the instance that is on it already, at once.
 *
 * @throws DUPLICATE, NO_FREE_WORKER; for backfills also CONFLICT, NODE_ASSOCIATED, INSTANCE_ASSOCIATED, NODE_LOCKED.
 */
export async function createAllocation(
  ctx: ConductorContext,
  request: RequestContext,
  wish: NewAllocation,
  nodeUuid?: string,
): Promise<Allocation> {
  if (nodeUuid !== undefined) return backfill(ctx, request, wish, nodeUuid);
  const slot = ctx.workers.reserve('api');
  try {
    const allocation = await ctx.store.allocations.create({ ...wish, state: 'allocating', conductor_affinity: ctx.hostname });
    startAllocating(ctx, slot, allocation.uuid);
    return allocation;
  } catch (error) {
    slot.free();
    throw error;
  }
}

async function backfill(ctx: ConductorContext, request: RequestContext, wish: NewAllocation, nodeUuid: string): Promise<Allocation> {
  return withNode(ctx, { uuid: nodeUuid, purpose: 'allocation', request }, async ({ node, held }) => {
    const full = {
      resource_class: wish.resource_class ?? null,
      traits: wish.traits ?? [],
      candidate_nodes: wish.candidate_nodes ?? [],
      owner: wish.owner ?? null,
    };
    const problems = misfits(node, full);
    if (node.provision_state !== 'active') problems.unshift(`it is in state ${node.provision_state} and not active`);
    if (problems.length > 0)
      throw new WroughtError('CONFLICT', `Node ${node.uuid} cannot be allocated where it is: ${problems.join('; ')}.`);
    const uuid = wish.uuid ?? node.instance_uuid ?? randomUUID();
    if (node.allocation_uuid !== null || (node.instance_uuid !== null && node.instance_uuid !== uuid)) {
      throw new WroughtError(
        'NODE_ASSOCIATED',
        `Node ${node.uuid} is associated with ${node.allocation_uuid === null ? `instance ${node.instance_uuid}` : `allocation ${node.allocation_uuid}`}.`,
      );
    }
    try {
      return await ctx.store.transaction(async (tx) => {
        await tx.nodes.mutate(node.uuid, held.lease, (stored) => ({
          instance_uuid: uuid,
          allocation_uuid: uuid,
          ...(full.traits.length > 0 ? { instance_info: { ...stored.instance_info, traits: full.traits } } : {}),
        }));
        return tx.allocations.create({
          ...wish,
          uuid,
          resource_class: node.resource_class,
          state: 'active',
          node_uuid: node.uuid,
          conductor_affinity: ctx.hostname,
        });
      });
    } catch (error) {
      if (hasCode(error, 'DUPLICATE') && error.message.includes(uuid))
        throw new WroughtError('INSTANCE_ASSOCIATED', `Instance ${uuid} has an allocation already.`, { cause: error });
      throw error;
    }
  });
}

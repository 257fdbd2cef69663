/**
 * Finding a node for an allocation.
 *
 *     allocating ─┬─ a node that fits, taken under its lease ──▶ active (node and allocation in one transaction)
 *                 ╰─ none ──▶ error, with the reason
 *
 * Candidates are chosen without a lease and looked at again under it, so that two allocations never get one node.
 */
import type { Allocation } from '../../model/allocation.ts';
import { hasCode, messageOf, WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { withNode } from '../with-node.ts';
import { hasTraits, isFree } from './allocation-fit.ts';

/** Source of the order in which nodes are tried: numbers from 0 up to 1. */
export type Random = () => number;

/** Works an allocation to its end. An error of the process (not of the search) leaves it as it is, for another to take over. */
export async function processAllocation(ctx: ConductorContext, uuid: string, random: Random = Math.random): Promise<void> {
  const allocation = await ctx.store.allocations.getByUuid(uuid);
  if (allocation?.state !== 'allocating') return;
  try {
    await reserve(ctx, allocation, await candidates(ctx, allocation, random));
  } catch (error) {
    if (!(error instanceof NoNode)) throw error;
    const last_error = `Failed to process allocation ${uuid}: ${error.message}.`;
    await ctx.store.allocations.finish(uuid, { state: 'error', last_error });
    ctx.log.warn({ allocation: uuid, error: last_error }, 'an allocation found no node');
  }
}

/** The search has ended without a node; the message says why. */
class NoNode extends Error {}

async function candidates(ctx: ConductorContext, allocation: Allocation, random: Random): Promise<Node[]> {
  const { resource_class, candidate_nodes, traits } = allocation;
  const scanned = await ctx.store.nodes.scan({
    provisionState: 'available',
    associated: false,
    maintenance: false,
    includeChildren: false,
    resourceClass: resource_class ?? '',
    ...(candidate_nodes.length > 0 ? { uuids: candidate_nodes } : {}),
  });
  const free = scanned.filter((node) => isFree(node, allocation));
  if (free.length === 0) {
    throw new NoNode(
      candidate_nodes.length > 0
        ? `none of the requested nodes are available and match the resource class ${resource_class}`
        : `no available nodes match the resource class ${resource_class}`,
    );
  }
  const suitable = free.filter((node) => hasTraits(node, traits));
  if (suitable.length === 0) throw new NoNode(`no suitable nodes have the requested traits ${traits.join(', ')}`);
  const order = new Map(suitable.map((node) => [node.uuid, node.name !== null && node.name === allocation.name ? -1 : random()]));
  return suitable.sort((a, b) => (order.get(a.uuid) ?? 0) - (order.get(b.uuid) ?? 0));
}

/** Tries each node once a round; nodes that were merely held are tried again. */
async function reserve(ctx: ConductorContext, allocation: Allocation, suitable: readonly Node[]): Promise<void> {
  const rounds = Math.max(1, ctx.config.integer('conductor', 'node_locked_retry_attempts'));
  let left = suitable;
  for (let round = 1; ; round++) {
    const held: Node[] = [];
    for (const node of left) {
      const outcome = await tryNode(ctx, allocation, node);
      if (outcome === 'ended') return;
      if (outcome === 'held') held.push(node);
    }
    if (held.length === 0) throw new NoNode('all nodes were filtered out during reservation');
    if (round >= rounds) throw new NoNode(`could not reserve any of ${suitable.length} suitable nodes`);
    left = held;
    await ctx.clock.sleep(ctx.config.integer('conductor', 'node_locked_retry_interval') * 1000);
  }
}

/** `ended`: the node is the allocation's, or the allocation is gone. `unfit`: the node has changed meanwhile. */
async function tryNode(ctx: ConductorContext, allocation: Allocation, { uuid }: Node): Promise<'ended' | 'held' | 'unfit'> {
  try {
    return await withNode(ctx, { uuid, purpose: 'allocation', request: null, retry: 'once' }, (task) =>
      ctx.store.transaction(async (tx) => {
        let fits = false;
        const node = await tx.nodes.mutate(uuid, task.held.lease, (stored) => {
          fits = isFree(stored, allocation) && hasTraits(stored, allocation.traits);
          return fits
            ? {
                instance_uuid: allocation.uuid,
                allocation_uuid: allocation.uuid,
                instance_info: { ...stored.instance_info, traits: allocation.traits },
              }
            : null;
        });
        if (!fits) return 'unfit';
        const active = await tx.allocations.finish(allocation.uuid, { state: 'active', node_uuid: uuid, last_error: null });
        if (!active) throw new Gone();
        const data = { fields: ['instance_uuid', 'allocation_uuid', 'instance_info'] };
        await tx.events.add({ kind: 'node.updated', node_uuid: uuid, node_name: node.name, data });
        ctx.log.info({ allocation: allocation.uuid, node: uuid }, 'node allocated');
        return 'ended';
      }),
    );
  } catch (error) {
    if (error instanceof Gone) return 'ended';
    if (hasCode(error, 'NODE_LOCKED')) return 'held';
    if (hasCode(error, 'NOT_FOUND', 'LEASE_LOST')) return 'unfit';
    if (error instanceof WroughtError && error.code === 'INSTANCE_ASSOCIATED') throw new NoNode(messageOf(error).replace(/\.$/, ''));
    throw error;
  }
}

/** The allocation was deleted or ended by another while a node was being taken: the node is given back by the rollback. */
class Gone extends Error {}

import { WroughtError } from '../../model/errors.ts';
import { UPDATE_ALLOWED_WHILE_TARGET_SET } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';

/** How often the allocation may get (or lose) its node while it is being deleted. */
const ATTEMPTS = 5;

/** Removes an allocation; its node is free of the instance then. @throws CONFLICT (node in use or in work), NODE_LOCKED, NOT_FOUND. */
export async function destroyAllocation(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const allocation = await ctx.store.allocations.getByUuid(uuid);
    if (!allocation) throw new WroughtError('NOT_FOUND', `Allocation ${uuid} could not be found.`);
    const { node_uuid: nodeUuid } = allocation;
    const gone =
      nodeUuid === null
        ? await ctx.store.allocations.deleteIfNode(uuid, null)
        : await withNode(ctx, { uuid: nodeUuid, purpose: 'allocation deletion', request }, ({ held }) =>
            ctx.store.transaction(async (tx) => {
              if (!(await tx.allocations.deleteIfNode(uuid, nodeUuid))) return false;
              await tx.nodes.mutate(nodeUuid, held.lease, (node) => {
                const busy = node.target_provision_state !== null && !UPDATE_ALLOWED_WHILE_TARGET_SET.has(node.provision_state);
                if (!node.maintenance && (node.provision_state === 'active' || busy)) {
                  throw new WroughtError(
                    'CONFLICT',
                    `Allocation ${uuid} cannot be deleted: its node ${nodeUuid} is in state ${node.provision_state}${busy ? ` on its way to ${node.target_provision_state}` : ''}. Tear the node down, or set it into maintenance.`,
                  );
                }
                return node.allocation_uuid === uuid ? { instance_uuid: null, allocation_uuid: null } : null;
              });
              return true;
            }),
          );
    if (gone) return;
  }
  throw new WroughtError('CONFLICT', `Allocation ${uuid} changes too fast to be deleted.`);
}

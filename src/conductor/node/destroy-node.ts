import { messageOf, WroughtError } from '../../model/errors.ts';
import { DELETE_ALLOWED, DELETE_ALLOWED_WITH_OPTION } from '../../model/state-sets.ts';
import type { ProvisionState } from '../../model/states.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { isProtected } from '../verbs/check-verb.ts';
import { withDeadline } from '../with-deadline.ts';
import { withNode } from '../with-node.ts';

/** Removes a node with all that belongs to it. @throws NODE_ASSOCIATED, NODE_PROTECTED, CONFLICT (state), NODE_LOCKED. */
export async function destroyNode(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'node deletion', request }, async (task) => {
    const { node } = task;
    if (node.instance_uuid !== null && !node.maintenance) {
      throw new WroughtError('NODE_ASSOCIATED', `Node ${uuid} is associated with instance ${node.instance_uuid}.`);
    }
    if (node.protected) throw isProtected(node, 'delete');
    const allowed: ReadonlySet<ProvisionState> = ctx.config.boolean('conductor', 'allow_deleting_available_nodes')
      ? new Set([...DELETE_ALLOWED, ...DELETE_ALLOWED_WITH_OPTION])
      : DELETE_ALLOWED;
    if (!node.maintenance && !allowed.has(node.provision_state)) {
      throw new WroughtError(
        'CONFLICT',
        `Can not delete node ${uuid} while it is in provision state "${node.provision_state}". Valid provision states to perform deletion are: ${[...allowed].sort().join(', ')}.`,
      );
    }
    if (node.console_enabled) {
      await withDeadline(ctx, task, { what: 'stopping the console', seconds: 60 }, (t) => t.driver.console.stop(t)).catch(
        (error: unknown) =>
          task.log.warn({ node: uuid, error: messageOf(error) }, 'the console of a node that is deleted could not be stopped'),
      );
    }
    await ctx.store.transaction(async (tx) => {
      await tx.nodes.delete(uuid, task.held.lease);
      await tx.events.add({ kind: 'node.deleted', node_uuid: uuid, node_name: node.name, data: { provision_state: node.provision_state } });
    });
    // The lease went with the node.
    ctx.leases.forget(task.held);
  });
}

/**
 * provide: the node is offered to users.
 *
 *     manageable ──provide──▶ cleaning ─(automated cleaning, see cleaning.ts)─▶ available
 */
import { WroughtError } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { checkLimit } from '../limits.ts';
import { changeState } from '../transition.ts';
import { startWork } from '../with-node.ts';
import { checkVerb, inMaintenance } from './check-verb.ts';
import { cleaningWanted, cleanPatch, runCleaning } from './cleaning.ts';
import { cleaningRunbook } from './cleaning-runbook.ts';

/** @throws as `checkVerb`; NODE_RETIRED, NODE_IN_MAINTENANCE, CONCURRENT_ACTION_LIMIT. */
export async function provide(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await checkLimit(ctx, 'cleaning');
  await startWork(ctx, { uuid, purpose: 'provision action provide', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'provide');
    if (task.node.maintenance && !ctx.config.boolean('conductor', 'allow_provisioning_in_maintenance'))
      throw inMaintenance(task.node, 'providing');
    if (task.node.retired) {
      throw new WroughtError(
        'NODE_RETIRED',
        `Node ${uuid} can not be provided: it is retired${task.node.retired_reason ? ` (${task.node.retired_reason})` : ''}.`,
      );
    }
    // A wrong runbook is refused before anything is changed.
    if (cleaningWanted(ctx, task.node)) await cleaningRunbook(ctx, task.node);
    await changeState(ctx, task, { event: 'provide', lastError: null, patch: (node) => cleanPatch(node, { manual: false }) });
    return (working) => runCleaning(ctx, working);
  });
}

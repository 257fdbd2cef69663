/**
 * unhold: a person lets a held list go on.
 *
 *     clean/deploy/service hold ──unhold──▶ wait state ─┬─ an agent is up: its next call, or the poller, goes on
 *                                                       ╰─ none is: the next step runs at once
 */
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { continueFlow } from '../steps/continue-flow.ts';
import { flowOf } from '../steps/flow.ts';
import { changeState } from '../transition.ts';
import { startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';

/** @throws as `checkVerb`. */
export async function unhold(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'provision action unhold', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'unhold');
    const flow = flowOf(task.node.provision_state);
    await changeState(ctx, task, { event: 'unhold' });
    // Nobody else would wake the node up where no agent runs, and where one runs there is no need to wait for its call.
    return flow ? (working) => continueFlow(ctx, working, flow) : null;
  });
}

import { hasCode, messageOf } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { NodeTask } from '../node-task.ts';
import { continueFlow } from '../steps/continue-flow.ts';
import { failFlow } from '../steps/fail-flow.ts';
import { currentStep, flowOf } from '../steps/flow.ts';
import { changeState } from '../transition.ts';
import { failRescue, finalizeRescue } from '../verbs/rescue.ts';
import { type LongWork, startWork } from '../with-node.ts';

/**
 * Goes on with a node that waits for its agent, in the background. Two calls for one node are one piece of work. @throws NO_FREE_WORKER
 * alone, and at once.
 */
export function resumeByAgent(ctx: ConductorContext, node: Node, purpose: 'heartbeat' | 'continue after agent command'): void {
  if (ctx.resuming.has(node.uuid)) return;
  // Asked for here as well so that the caller learns at once that the conductor is too busy.
  ctx.workers.reserve('background').free();
  ctx.resuming.add(node.uuid);
  startWork(ctx, { uuid: node.uuid, purpose, request: null, lane: 'background' }, (task) => workFor(ctx, task))
    .catch((error: unknown) => {
      // Somebody works on the node: its next call, or the poller, comes back to it.
      const fields = { node: node.uuid, error: messageOf(error) };
      if (hasCode(error, 'NODE_LOCKED', 'NOT_FOUND', 'NO_FREE_WORKER', 'LEASE_LOST')) ctx.log.debug(fields, 'not resumed now');
      else ctx.log.error(fields, 'a node could not be resumed');
    })
    .finally(() => ctx.resuming.delete(node.uuid));
}

/** What is due now that the lease is in hand; the state may have changed meanwhile. */
async function workFor(ctx: ConductorContext, task: NodeTask): Promise<LongWork | null> {
  const { node } = task;
  const flow = flowOf(node.provision_state);
  if (node.maintenance) {
    if (ctx.config.boolean('conductor', 'allow_provisioning_in_maintenance')) return null;
    if (node.provision_state === 'rescue wait')
      return (working) => failRescue(ctx, working, 'Rescue aborted as node is in maintenance mode');
    if (!flow || node.provision_state !== flow.waiting) return null;
    const word = { clean: 'Cleaning', deploy: 'Deploy', service: 'Service' }[flow.kind];
    const step = currentStep(node, flow);
    return (working) =>
      failFlow(ctx, working, flow, `${word} aborted as node is in maintenance mode`, { stepRunning: step !== null, step });
  }
  if (node.provision_state === 'rescue wait') {
    await changeState(ctx, task, { event: 'resume' });
    return (working) => finalizeRescue(ctx, working);
  }
  return flow && node.provision_state === flow.waiting ? (working) => continueFlow(ctx, working, flow) : null;
}

/**
 * Ends waiting that has lasted too long: silence of the agent past the callback timeout of the state, and steps past their own deadline
 * however often the agent calls. Nodes in maintenance and held nodes are left alone; hold states wait for a person.
 */

import { hasCode, messageOf } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { PROVISION_STATES, type ProvisionState, STATE_INFO } from '../../model/states.ts';
import { bestEffort } from '../best-effort.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { NodeTask } from '../node-task.ts';
import { findDriverStep } from '../steps/available-steps.ts';
import { failFlow } from '../steps/fail-flow.ts';
import { currentStep, type Flow, flowOf, STEP_STARTED_KEY } from '../steps/flow.ts';
import { stepName } from '../steps/step-record.ts';
import { failInspection } from '../verbs/inspect.ts';
import { failRescue } from '../verbs/rescue.ts';
import { type LongWork, startWork } from '../with-node.ts';

/** Wait states with a clock. */
export const TIMED_STATES: readonly ProvisionState[] = PROVISION_STATES.filter(
  (state) => STATE_INFO[state].kind === 'wait' && !STATE_INFO[state].hold,
);

/** One look at the given wait states. */
export async function endOverdueWaits(ctx: ConductorContext, states: readonly ProvisionState[]): Promise<void> {
  const waiting = await ctx.store.nodes.scan({ provisionStates: states, reserved: false, maintenance: false });
  const most = ctx.config.integer('conductor', 'periodic_max_workers');
  const begun = new Map<ProvisionState, number>();
  for (const node of waiting) {
    if (!ctx.membership.mayRecover(node) || overdueReason(ctx, node, null) === null) continue;
    const count = begun.get(node.provision_state) ?? 0;
    if (count >= most) continue;
    begun.set(node.provision_state, count + 1);
    await endWait(ctx, node);
  }
}

async function endWait(ctx: ConductorContext, node: Node): Promise<void> {
  try {
    await startWork(
      ctx,
      { uuid: node.uuid, purpose: 'node state check', request: null, lane: 'background', retry: 'once' },
      async (task) => {
        // The agent may have called since the look.
        const reason = task.node.maintenance ? null : overdueReason(ctx, task.node, task);
        return reason === null ? null : outcome(ctx, task.node, reason);
      },
    );
  } catch (error) {
    if (!hasCode(error, 'NODE_LOCKED', 'NOT_FOUND', 'NO_FREE_WORKER'))
      ctx.log.error({ node: node.uuid, error: messageOf(error) }, 'a wait could not be ended');
  }
}

function outcome(ctx: ConductorContext, node: Node, reason: string): LongWork | null {
  switch (node.provision_state) {
    case 'inspect wait':
      return async (task) => {
        await bestEffort(ctx, task, { what: 'clearing up after the inspection', seconds: 300 }, (t) => t.driver.inspect.abort(t));
        await failInspection(ctx, task, reason);
      };
    case 'rescue wait':
      return (task) => failRescue(ctx, task, reason);
    default: {
      const flow = flowOf(node.provision_state);
      if (!flow) return null;
      const step = currentStep(node, flow);
      return (task) => failFlow(ctx, task, flow, reason, { stepRunning: step !== null, step, cleanUp: true });
    }
  }
}

/** Why the wait is over, or null while it is not. @param task gives the driver's own deadline of the step, when it is at hand. */
export function overdueReason(ctx: ConductorContext, node: Node, task: NodeTask | null): string | null {
  const { timeoutOption } = STATE_INFO[node.provision_state];
  if (timeoutOption === null) return null;
  const seconds = ctx.config.integer('conductor', timeoutOption);
  const since = node.provision_state === 'inspect wait' ? node.inspection_started_at : node.provision_updated_at;
  if (seconds > 0 && since !== null && ctx.clock.now() - since >= seconds * 1000)
    return silenceText(node, seconds, timeoutOption, lostOwner(ctx, node));
  const flow = flowOf(node.provision_state);
  return flow ? stepOverdue(ctx, node, flow, task) : null;
}

/** The conductor that began the work and served the boot media, when it is gone: the likely cause of the silence. */
function lostOwner(ctx: ConductorContext, node: Node): string {
  const owner = node.conductor_affinity;
  if (owner === null || ctx.membership.live().some((record) => record.hostname === owner)) return '';
  return ` Its conductor ${owner}, which served the boot media, is gone: a machine that was still booting from them could not go on.`;
}

function silenceText(node: Node, seconds: number, option: string, owner: string): string {
  const flow = flowOf(node.provision_state);
  const step = flow ? currentStep(node, flow) : null;
  const last = node.driver_internal_info.agent_last_heartbeat;
  const heard = typeof last === 'string' ? `The agent was last heard of at ${last}` : 'No agent has ever called';
  const tail = `${heard}; the limit is ${seconds} s of silence ([conductor]${option}).${step ? ` Failed on step ${stepName(step)}.` : ''}${owner}`;
  switch (node.provision_state) {
    case 'clean wait':
      return `Timeout reached while cleaning the node. Please check if the ramdisk responsible for the cleaning is running on the node. ${tail}`;
    case 'service wait':
      return `Timeout reached while servicing the node. Please check if the ramdisk responsible for the servicing is running on the node. ${tail}`;
    case 'inspect wait':
      return `Timeout reached while inspecting the node. Please check if the ramdisk responsible for the inspection is running on the node. ${tail}`;
    case 'rescue wait':
      return `Timeout reached while waiting for rescue ramdisk callback for node. ${tail}`;
    default:
      return `Timeout reached while waiting for callback for node ${node.uuid}. ${tail}`;
  }
}

/** The step's own limit: the driver's for its steps, `[wrought]agent_step_deadline` for those of the agent. */
function stepOverdue(ctx: ConductorContext, node: Node, flow: Flow, task: NodeTask | null): string | null {
  const step = currentStep(node, flow);
  const started = node.driver_internal_info[STEP_STARTED_KEY];
  if (!step || typeof started !== 'number') return null;
  const longest = ctx.config.integer('wrought', 'agent_step_deadline');
  const elapsed = (ctx.clock.now() - started) / 1000;
  if (longest > 0 && elapsed >= longest) {
    const hint = task && !step.in_band ? ` ${findDriverStep(task, flow.kind, step)?.stallHint ?? ''}` : '';
    return `Step ${stepName(step)} on node ${node.uuid} has been running for ${Math.round(elapsed)} s, longer than [wrought]agent_step_deadline allows (${longest} s).${hint}`;
  }
  return null;
}

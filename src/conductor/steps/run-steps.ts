/**
 * Runs the persisted list of a workflow from an index on.
 *
 *     enter (cursor + spend, one commit) ─▶ execute ─┬─ done ─▶ next index … ─▶ finish
 *            ▲                                       ├─ wait ─▶ wait state, lease given back ─(agent, poller)─▶ continueFlow
 *            │                                       ├─ hold ─▶ hold state ─(unhold)─▶ wait state
 *            ╰─ same index, later ◀─ wait state ◀────┼─ agent busy, or not there yet after a reboot
 *                                                    ╰─ error ─▶ fail
 */
import { hasCode, messageOf } from '../../model/errors.ts';
import type { InternalInfoPatch, Node } from '../../model/node.ts';
import type { StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { HistoryNote } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { isLeaseLoss } from '../with-node.ts';
import { completeDeployList } from './complete-deploy-list.ts';
import { enterStep, stepEvent } from './enter-step.ts';
import { executeStep, type Outcome } from './execute-step.ts';
import { failFlow } from './fail-flow.ts';
import { finishFlow } from './finish-flow.ts';
import { type Flow, nextIndex, RAMDISK_KEY, stepsOf } from './flow.ts';
import { learnSteps, stepsUnasked } from './learn-steps.ts';
import { stepName } from './step-record.ts';

export interface Start {
  /** Index to begin with. */
  readonly index: number;
  /** True when the step at that index was entered before and is known not to have started. */
  readonly again?: boolean;
  /** Written with the first cursor: a list that was just composed, and the history row that tells of it. */
  readonly internal?: InternalInfoPatch;
  readonly history?: (node: Node) => readonly HistoryNote[];
  /** The list itself when `internal` brings it. */
  readonly steps?: readonly StepRecord[];
}

/** Runs to the end, to a wait or to a failure; never throws but for a lost lease. */
export async function runSteps(ctx: ConductorContext, task: NodeTask, flow: Flow, start: Start): Promise<void> {
  let list = start.steps ?? stepsOf(task.node, flow);
  let ended: { step: StepRecord; index: number } | null = null;
  let current: StepRecord | null = null;
  try {
    for (let index = start.index; index < list.length; index++) {
      const step = list[index];
      if (!step) break;
      const first = index === start.index;
      await enterStep(ctx, task, {
        flow,
        step,
        index,
        total: list.length,
        ended,
        again: first && start.again === true,
        ...(first && start.internal ? { internal: start.internal } : {}),
        ...(first && start.history ? { history: start.history } : {}),
      });
      current = step;
      const outcome = await tryStep(ctx, task, flow, step);
      if (outcome !== 'done') {
        await pause(ctx, task, flow, outcome);
        return;
      }
      ended = { step, index };
      current = null;
      // An agent that was up already (fast track) has not been asked yet.
      const unasked = stepsUnasked(task, flow);
      if (unasked && (await learnSteps(ctx, task, flow, unasked)) && flow.kind === 'deploy') await completeDeployList(ctx, task);
      // A step may have changed the list.
      list = stepsOf(task.node, flow);
    }
    await finishFlow(ctx, task, flow, ended);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await failFlow(ctx, task, flow, failureText(task, flow, current, error), { stepRunning: current !== null, step: current });
  }
}

/** `again`: the step has not started and is entered once more when the agent calls. */
async function tryStep(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord): Promise<Outcome | 'again'> {
  const info = task.node.driver_internal_info;
  // No agent has called since the boot: there is nobody to give the step to.
  if (step.in_band && typeof info.agent_url !== 'string' && info[RAMDISK_KEY] === true) return 'again';
  try {
    return await executeStep(ctx, task, flow, step);
  } catch (error) {
    if (hasCode(error, 'AGENT_IN_PROGRESS')) return 'again';
    const rebooting = task.node.driver_internal_info[flow.reboot] === true;
    if (hasCode(error, 'AGENT_CONNECTION_FAILED') && (rebooting || typeof task.node.driver_internal_info.agent_url !== 'string'))
      return 'again';
    throw error;
  }
}

async function pause(ctx: ConductorContext, task: NodeTask, flow: Flow, outcome: 'wait' | 'hold' | 'again'): Promise<void> {
  await changeState(ctx, task, {
    event: outcome === 'hold' ? 'hold' : 'wait',
    release: true,
    ...(outcome === 'again'
      ? { patch: (node: Node) => ({ driver_internal_info: merged(node.driver_internal_info, { [flow.skip]: false }) }) }
      : {}),
  });
}

function failureText(task: NodeTask, flow: Flow, step: StepRecord | null, error: unknown): string {
  if (!step) return `Node ${task.node.uuid}: ${flow.acting} failed: ${messageOf(error)}`;
  if (flow.kind === 'deploy') return `Deploy step ${stepName(step)} failed: ${messageOf(error).replace(/\.$/, '')}.`;
  return `Node ${task.node.uuid} failed step ${stepName(step)}: ${messageOf(error)}`;
}

/**
 * Leaves the wait state and goes on with the step that is due. The cursor moves in the same transaction as the state, marked as not
 * started, so that a crash right after it does not make the step before look unfinished.
 */
export async function resumeSteps(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<void> {
  const index = nextIndex(task.node, flow);
  const again = task.node.driver_internal_info[flow.skip] === false;
  const list = stepsOf(task.node, flow);
  const previous = again ? null : list[index - 1];
  await changeState(ctx, task, {
    event: 'resume',
    patch: (node) => ({
      driver_internal_info: merged(node.driver_internal_info, {
        [flow.reboot]: undefined,
        [flow.polling]: undefined,
        [flow.index]: index,
        [flow.skip]: false,
      }),
    }),
    ...(previous ? { steps: [stepEvent(flow, previous, index - 1, list.length, 'end')] } : {}),
  });
  await runSteps(ctx, task, flow, { index, again });
}

/**
 * A list of steps whose conductor was lost in the middle goes on from its cursor.
 *
 *     no list yet ──▶ from the start of the work (no step has run)
 *     cursor says "not started", or before the first step ──▶ run it
 *     cursor past the end ──▶ finish
 *     step begun ─┬─ the agent runs it or has run it ──▶ wait state: the dialogue with the agent goes on
 *                 ├─ the agent knows nothing of it, or there is none ─┬─ destroys data and was spent ──▶ fail
 *                 │                                                   ├─ never spent, or harmless ──▶ run it
 *                 ╰─ driver step ─┬─ safe to run again ──▶ run it     ╰─ agent cannot be reached ──▶ wait state, silence has a deadline
 *                                 ╰─ not ──▶ fail
 */
import { messageOf } from '../../model/errors.ts';
import type { InBandStatus, StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { findDriverStep } from '../steps/available-steps.ts';
import { stepKey } from '../steps/enter-step.ts';
import { currentStep, type Flow, hasSteps, indexOf, requestKeyOf, stepsOf } from '../steps/flow.ts';
import { AGENT_QUESTION_SECONDS } from '../steps/learn-steps.ts';
import { runSteps } from '../steps/run-steps.ts';
import { isReserved, stepName } from '../steps/step-record.ts';
import { changeState } from '../transition.ts';
import { deploy } from '../verbs/active.ts';
import { runCleaning } from '../verbs/cleaning.ts';
import { runService } from '../verbs/service.ts';
import { withDeadline } from '../with-deadline.ts';
import { isLeaseLoss } from '../with-node.ts';

type Fail = (why: string) => Promise<void>;

/** The node is in the flow's acting state and its lease is in hand. */
export async function recoverFlow(ctx: ConductorContext, task: NodeTask, flow: Flow, fail: Fail): Promise<void> {
  if (!hasSteps(task.node, flow)) {
    await { deploy, clean: runCleaning, service: runService }[flow.kind](ctx, task);
    return;
  }
  const index = indexOf(task.node, flow) ?? 0;
  const step = currentStep(task.node, flow);
  const notStarted = indexOf(task.node, flow) === null || task.node.driver_internal_info[flow.skip] === false;
  if (!step || index >= stepsOf(task.node, flow).length || notStarted) {
    await runSteps(ctx, task, flow, { index, again: true });
    return;
  }
  if (step.step === 'hold') {
    await changeState(ctx, task, { event: 'hold', release: true });
    return;
  }
  if (isReserved(step.step)) {
    await runSteps(ctx, task, flow, { index, again: true });
    return;
  }
  await recoverBegunStep(ctx, task, flow, step, index, fail);
}

async function recoverBegunStep(
  ctx: ConductorContext,
  task: NodeTask,
  flow: Flow,
  step: StepRecord,
  index: number,
  fail: Fail,
): Promise<void> {
  const answer = await askAgent(ctx, task, flow, step);
  if (answer === 'unreachable' && step.in_band) {
    await changeState(ctx, task, { event: 'wait', release: true });
    return;
  }
  if (answer !== null && answer !== 'unreachable' && answer.status !== 'unknown') {
    await changeState(ctx, task, {
      event: 'wait',
      release: true,
      patch: (node) => ({ driver_internal_info: merged(node.driver_internal_info, { [flow.skip]: undefined }) }),
    });
    return;
  }
  if (step.destroys_data && (await ctx.store.spentSteps.isSpent(task.node.uuid, requestKeyOf(task.node), stepKey(flow, step, index)))) {
    await fail(
      `step ${stepName(step)} destroys data, was started before, and ${answer === null ? 'no agent can tell' : 'the agent does not know'} how far it came`,
    );
    return;
  }
  if (!step.in_band && !step.destroys_data && findDriverStep(task, flow.kind, step)?.rerun !== 'safe') {
    await fail(`step ${stepName(step)} was started before and may not be run again`);
    return;
  }
  await runSteps(ctx, task, flow, { index, again: true });
}

/** What the agent says of the step; null where there is no agent to ask. */
async function askAgent(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord): Promise<InBandStatus | 'unreachable' | null> {
  const { inBand } = task.driver.deploy;
  const url = task.node.driver_internal_info.agent_url;
  if (!inBand || typeof url !== 'string' || url === '') return null;
  try {
    return await withDeadline(ctx, task, { what: `asking the agent about ${stepName(step)}`, seconds: AGENT_QUESTION_SECONDS }, (t) =>
      inBand.pollStep(t, flow.kind, step),
    );
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    task.log.warn({ node: task.node.uuid, step: stepName(step), error: messageOf(error) }, 'the agent could not be asked about the step');
    return 'unreachable';
  }
}

/**
 * What happens in a wait state when the agent calls, a person un-holds, or the light poller has seen that a command ended.
 *
 *     polling by a driver ──▶ nothing
 *     steps of this boot not known ──▶ ask the agent for them; compose (first call) or complete the list; go on
 *     current step was given to the agent ─┬─ running ──▶ nothing
 *                                          ├─ succeeded ──▶ post-work, reboot if it asks for one, else go on
 *                                          ├─ failed ──▶ the workflow fails with the agent's words
 *                                          ├─ version mismatch ──▶ steps asked anew, same step once more
 *                                          ╰─ unknown (fresh boot) ──▶ go on; but a step that destroys data is not run again
 */

import type { InBand } from '../../drivers/driver.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { InBandStatus, StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { withDeadline } from '../with-deadline.ts';
import { isLeaseLoss } from '../with-node.ts';
import { abortFlow } from './abort-flow.ts';
import { completeDeployList } from './complete-deploy-list.ts';
import { composeAfterFirstCall } from './compose-flow.ts';
import { failFlow } from './fail-flow.ts';
import { currentStep, type Flow, hasSteps, indexOf } from './flow.ts';
import { AGENT_QUESTION_SECONDS, learnSteps, stepsUnasked } from './learn-steps.ts';
import { resumeSteps } from './run-steps.ts';
import { isReserved, stepName } from './step-record.ts';

/** The node is in the flow's wait state and its lease is in hand. The lease is given back where the work goes on to another wait. */
export async function continueFlow(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<void> {
  const step = currentStep(task.node, flow);
  try {
    await decide(ctx, task, flow, step);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    if (task.node.provision_state !== flow.waiting) throw error;
    const where = step ? ` step ${stepName(step)}` : '';
    await failFlow(ctx, task, flow, `Node ${task.node.uuid} failed${where}: ${messageOf(error)}`, { stepRunning: step !== null, step });
  }
}

async function decide(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord | null): Promise<void> {
  const info = task.node.driver_internal_info;
  const { inBand } = task.driver.deploy;
  if (info[flow.polling] === true) return;
  const called = typeof info.agent_url === 'string' && info.agent_url !== '';
  const unasked = stepsUnasked(task, flow);
  if (unasked) {
    if (!(await learnSteps(ctx, task, flow, unasked))) return;
    if (step && (await refusedRepeat(ctx, task, flow, step))) return;
    await goOn(ctx, task, flow, step);
    return;
  }
  if (!hasSteps(task.node, flow)) {
    await composeAfterFirstCall(ctx, task, flow);
    return;
  }
  if (!inBand || !called || !step || isReserved(step.step) || info[flow.skip] === false) {
    await goOn(ctx, task, flow, step);
    return;
  }
  const status = await withDeadline(ctx, task, { what: `asking the agent about ${stepName(step)}`, seconds: AGENT_QUESTION_SECONDS }, (t) =>
    inBand.pollStep(t, flow.kind, step),
  );
  await actOn(ctx, task, flow, step, inBand, status);
}

async function actOn(
  ctx: ConductorContext,
  task: NodeTask,
  flow: Flow,
  step: StepRecord,
  inBand: InBand,
  status: InBandStatus,
): Promise<void> {
  switch (status.status) {
    case 'running':
      return;
    case 'failed':
      throw new WroughtError('AGENT_API_ERROR', status.error);
    case 'succeeded':
      await withDeadline(ctx, task, { what: `storing the result of ${stepName(step)}`, seconds: AGENT_QUESTION_SECONDS }, (t) =>
        inBand.finishStep(t, flow.kind, step, status.result),
      );
      if (step.reboot_requested && !step.abort_after) await rebootForStep(ctx, task, flow, inBand);
      else await goOn(ctx, task, flow, step);
      return;
    case 'version_mismatch':
      // The agent refused to run it: it has not started.
      await learnSteps(ctx, task, flow, inBand);
      await task.saveInternal({ [flow.skip]: false });
      await resumeSteps(ctx, task, flow);
      return;
    case 'unknown':
      if (task.node.driver_internal_info[flow.reboot] !== true && (await refusedRepeat(ctx, task, flow, step))) return;
      await goOn(ctx, task, flow, step);
  }
}

/**
 * A fresh agent in the middle of a step that destroys data and asked for no reboot: the machine was restarted by something else. The step
 * is neither counted as done nor run again. True when the workflow was failed for it.
 */
async function refusedRepeat(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord): Promise<boolean> {
  const info = task.node.driver_internal_info;
  if (!step.destroys_data || info[flow.reboot] === true || info[flow.skip] === false) return false;
  const text = `Node ${task.node.uuid}: the agent was restarted while step ${stepName(step)} was running and knows nothing of it; the step destroys data and is not run again. Look for a crash or a reset of the machine.`;
  await failFlow(ctx, task, flow, text, { stepRunning: true, step });
  return true;
}

/** On to the step that is due: composing the list at the first call, completing it where the agent brought steps. */
async function goOn(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord | null): Promise<void> {
  if (step?.abort_after && task.node.driver_internal_info[flow.skip] !== false) {
    await changeState(ctx, task, { event: 'abort', lastError: null });
    await abortFlow(ctx, task, flow, stepName(step));
    return;
  }
  if (!hasSteps(task.node, flow) || (indexOf(task.node, flow) === null && flow.kind !== 'deploy')) {
    await composeAfterFirstCall(ctx, task, flow);
    return;
  }
  if (flow.kind === 'deploy') await completeDeployList(ctx, task);
  await resumeSteps(ctx, task, flow);
}

/** The step asked for a reboot: the node stays in its wait state until the agent of the next boot calls. */
async function rebootForStep(ctx: ConductorContext, task: NodeTask, flow: Flow, inBand: InBand): Promise<void> {
  await task.saveInternal({ [flow.reboot]: true });
  const seconds = ctx.config.integer('wrought', 'driver_call_deadline');
  await withDeadline(ctx, task, { what: 'reboot that the step asked for', seconds, hint: 'Look at the BMC.' }, async (t) => {
    if (inBand.rebootRamdisk) await inBand.rebootRamdisk(t, flow.kind);
    else await t.power('rebooting');
  });
  await task.mutate((node) => ({
    provision_updated_at: ctx.clock.now(),
    driver_internal_info: merged(node.driver_internal_info, { [flow.reboot]: true, [flow.cached]: undefined }),
  }));
}

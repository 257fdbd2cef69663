import { WroughtError } from '../../model/errors.ts';
import type { StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { cachedInBandSteps } from './available-steps.ts';
import { automatedCleanSteps, deploySteps, requestedSteps } from './compose-steps.ts';
import { type Flow, REQUESTED_KEY } from './flow.ts';
import { flowStarted } from './flow-history.ts';
import { learnSteps, stepsUnasked } from './learn-steps.ts';
import { runSteps } from './run-steps.ts';
import { listJson, requestedDeploySteps, requestedOf } from './user-steps.ts';

/**
 * Composes the list from what is known now and runs it from its first step. The node is in the flow's acting state.
 *
 * @throws INVALID_PARAMETER when the list cannot be composed; nothing has been run then.
 */
export async function startList(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<void> {
  const unasked = stepsUnasked(task, flow);
  if (unasked) await learnSteps(ctx, task, flow, unasked);
  await runComposed(ctx, task, flow, composed(ctx, task, flow));
}

/** The same from the flow's wait state, at the agent's first call. */
export async function composeAfterFirstCall(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<void> {
  const steps = composed(ctx, task, flow);
  await changeState(ctx, task, { event: 'resume' });
  await runComposed(ctx, task, flow, steps);
}

async function runComposed(ctx: ConductorContext, task: NodeTask, flow: Flow, steps: StepRecord[]): Promise<void> {
  await runSteps(ctx, task, flow, {
    index: 0,
    steps,
    internal: { [flow.list]: listJson(steps) },
    history: (node) => flowStarted(ctx, flow, node, steps),
  });
}

function composed(ctx: ConductorContext, task: NodeTask, flow: Flow): StepRecord[] {
  const info = task.node.driver_internal_info;
  const inBand = cachedInBandSteps(task.node, flow);
  if (flow.kind === 'deploy') {
    const { steps } = deploySteps(ctx.config, task, requestedDeploySteps(info), inBand);
    if (steps.length > 0) return steps;
    throw new WroughtError('DEPLOY_FAILURE', `Node ${task.node.uuid}: deploy interface ${task.driver.deploy.name} offers no deploy steps.`);
  }
  // Automated cleaning has a list of its own only where it is a runbook's.
  if (flow.kind === 'clean' && task.node.target_provision_state !== 'manageable' && info[REQUESTED_KEY] === undefined)
    return automatedCleanSteps(ctx.config, task, inBand);
  const disabled = flow.disableRamdisk !== null && info[flow.disableRamdisk] === true;
  return requestedSteps(task, flow.kind, requestedOf(info[REQUESTED_KEY]), inBand ?? [], disabled).steps;
}

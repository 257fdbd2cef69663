import type { StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { NodeTask } from '../node-task.ts';
import { cachedInBandSteps } from './available-steps.ts';
import { deploySteps } from './compose-steps.ts';
import { FLOWS, indexOf, stepsOf } from './flow.ts';
import { stepName } from './step-record.ts';
import { listJson, requestedDeploySteps } from './user-steps.ts';

/**
 * Once the agent has told its steps: composes the deployment's list anew, keeping what has been begun in front of the cursor's end.
 *
 * @throws INVALID_PARAMETER when a step the client asked for is offered by nobody, or has arguments that do not fit.
 */
export async function completeDeployList(ctx: ConductorContext, task: NodeTask): Promise<void> {
  const flow = FLOWS.deploy;
  const inBand = cachedInBandSteps(task.node, flow);
  if (inBand === null || task.node.driver_internal_info.steps_validated === true) return;
  const requested = requestedDeploySteps(task.node.driver_internal_info);
  const { steps } = deploySteps(ctx.config, task, requested, inBand);
  const begun = stepsOf(task.node, flow).slice(0, (indexOf(task.node, flow) ?? -1) + 1);
  await task.saveInternal({ [flow.list]: listJson([...begun, ...without(steps, begun)]), steps_validated: true });
}

/** The steps less those begun; a name that stands twice is taken off once for each time it has begun. */
function without(steps: readonly StepRecord[], begun: readonly StepRecord[]): StepRecord[] {
  const left = begun.map(stepName);
  return steps.filter((step) => {
    const at = left.indexOf(stepName(step));
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}

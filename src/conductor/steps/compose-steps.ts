import type { Config } from '../../config/config.ts';
import { WroughtError } from '../../model/errors.ts';
import type { StepRecord, StepSpec } from '../../model/step.ts';
import type { RequestedStep } from '../conductor-service.ts';
import type { NodeTask } from '../node-task.ts';
import { byPriority, offeredSteps } from './available-steps.ts';
import { FLOWS } from './flow.ts';
import { isReserved, stepName } from './step-record.ts';
import { type CheckedSteps, checkUserSteps, withoutDenied } from './user-steps.ts';

/** `[deploy]` options that stand in for the priority of in-band clean steps. */
const PRIORITY_OPTIONS: Readonly<Record<string, string>> = {
  'deploy.erase_devices': 'erase_devices_priority',
  'deploy.erase_devices_metadata': 'erase_devices_metadata_priority',
  'raid.create_configuration': 'create_configuration_priority',
  'raid.delete_configuration': 'delete_configuration_priority',
};

/** Steps of automated cleaning: all on offer with a priority, after overrides and the deny list. */
export function automatedCleanSteps(config: Config, task: NodeTask, inBand: readonly StepSpec[] | null): StepRecord[] {
  const overrides = config.dict('conductor', 'clean_step_priority_override');
  const steps = offeredSteps(task, FLOWS.clean, inBand).map((step) => ({ ...step, priority: cleanPriority(config, overrides, step) }));
  return withoutDenied(config, 'clean', steps)
    .filter((step) => step.priority > 0)
    .sort(byPriority('clean'));
}

function cleanPriority(config: Config, overrides: Record<string, string>, step: StepRecord): number {
  const override = overrides[stepName(step)];
  if (override !== undefined) return Number(override);
  const option = step.in_band ? PRIORITY_OPTIONS[stepName(step)] : undefined;
  return (option === undefined ? null : config.optionalInteger('deploy', option)) ?? step.priority;
}

/** Steps of manual cleaning or servicing: the client's, in the client's order. @throws INVALID_PARAMETER. */
export function requestedSteps(
  task: NodeTask,
  kind: 'clean' | 'service',
  requested: readonly RequestedStep[],
  inBand: readonly StepSpec[] | null,
  disableRamdisk: boolean,
): CheckedSteps {
  const offered = offeredSteps(task, FLOWS[kind], inBand);
  return checkUserSteps(requested, { kind, offered, inBandKnown: inBand !== null, disableRamdisk });
}

/**
 * Steps of a deployment: the drivers' and the agent's by priority; a client's step stands in for the one of the same name, with priority
 * 0 it removes it. Steps before the agent's first call run without knowing the agent's.
 *
 * @throws INVALID_PARAMETER.
 */
export function deploySteps(
  config: Config,
  task: NodeTask,
  requested: readonly RequestedStep[],
  inBand: readonly StepSpec[] | null,
): CheckedSteps {
  const offered = offeredSteps(task, FLOWS.deploy, inBand);
  const user = checkUserSteps(requested, { kind: 'deploy', offered, inBandKnown: inBand !== null, disableRamdisk: false });
  if (user.steps.some((step) => stepName(step) === 'deploy.deploy' && step.priority > 0)) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      'deploy step deploy.deploy is a core step: it can be switched off with priority 0 but not replaced',
    );
  }
  const replaced = new Map(user.steps.filter((step) => !isReserved(step.step)).map((step) => [stepName(step), step]));
  const steps = [...withoutDenied(config, 'deploy', offered).filter((step) => !replaced.has(stepName(step))), ...user.steps];
  return { steps: steps.filter((step) => step.priority > 0).sort(byPriority('deploy')), unknown: user.unknown };
}

/** Steps of a verification, after overrides. */
export function verifyPriority(config: Config, name: string, priority: number): number {
  const override = config.dict('conductor', 'verify_step_priority_override')[name];
  return override === undefined ? priority : Number(override);
}

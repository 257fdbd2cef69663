import type { Config } from '../../config/config.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import type { StepRecord } from '../../model/step.ts';
import type { RequestedStep } from '../conductor-service.ts';
import { type FlowKind, TEMPLATE_STEPS_KEY } from './flow.ts';
import { isReserved, isStepRecord, recordOfReservedStep, stepJson, stepName } from './step-record.ts';

export interface UserStepRules {
  readonly kind: FlowKind;
  /** Steps on offer now. */
  readonly offered: readonly StepRecord[];
  /** False while the agent has not told its steps: unknown ones are let through, to be looked at again. */
  readonly inBandKnown: boolean;
  /** The client said that no ramdisk is to be booted. */
  readonly disableRamdisk: boolean;
}

export interface CheckedSteps {
  /** In the client's order; reserved steps stay in place. Unknown steps are left out. */
  readonly steps: StepRecord[];
  /** Names of steps that only the agent could know. */
  readonly unknown: readonly string[];
}

/**
 * A client's steps, checked against what is on offer and completed with what the offer knows of them.
 *
 * @throws INVALID_PARAMETER with all that is wrong, joined by "; ".
 */
export function checkUserSteps(requested: readonly RequestedStep[], rules: UserStepRules): CheckedSteps {
  const errors: string[] = [];
  const unknown: string[] = [];
  const steps: StepRecord[] = [];
  for (const wish of inOrder(requested)) {
    const args = wish.args ?? {};
    if (isReserved(wish.step)) {
      const problem = reservedProblem(wish.step, args, rules);
      if (problem) errors.push(problem);
      steps.push(recordOfReservedStep(wish.interface, wish.step, args, wish.priority ?? 0));
      continue;
    }
    const known = rules.offered.find((step) => step.interface === wish.interface && step.step === wish.step);
    if (!known) {
      if (rules.inBandKnown || rules.disableRamdisk) errors.push(`node does not support this ${rules.kind} step: ${describe(wish)}`);
      else unknown.push(stepName(wish));
      continue;
    }
    errors.push(...argumentProblems(rules.kind, known, args));
    if (rules.disableRamdisk && known.requires_ramdisk) {
      errors.push(`${rules.kind} step ${stepName(wish)} requires booting a ramdisk, but disable_ramdisk was given`);
    }
    // The client's priority counts for deployments alone; elsewhere the order is the client's.
    steps.push({ ...known, args, priority: rules.kind === 'deploy' ? (wish.priority ?? known.priority) : known.priority });
  }
  if (errors.length > 0) throw new WroughtError('INVALID_PARAMETER', errors.join('; '));
  return { steps, unknown };
}

/** @throws STEP_NOT_ALLOWED when a step is on the operator's deny list. */
export function checkDenyList(config: Config, kind: FlowKind, requested: readonly RequestedStep[]): void {
  const denied = new Set(config.list('api', `disallow_${kind}_steps`));
  const found = requested.map(stepName).filter((name) => denied.has(name));
  if (found.length > 0) {
    throw new WroughtError(
      'STEP_NOT_ALLOWED',
      `The ${kind} step${found.length > 1 ? 's' : ''} ${found.join(', ')} may not be requested: [api]disallow_${kind}_steps lists ${found.length > 1 ? 'them' : 'it'}.`,
    );
  }
}

/** Steps that the deny list leaves; for those that nobody asked for by name. */
export function withoutDenied<T extends Pick<StepRecord, 'interface' | 'step'>>(config: Config, kind: FlowKind, steps: readonly T[]): T[] {
  const denied = new Set(config.list('api', `disallow_${kind}_steps`));
  return steps.filter((step) => !denied.has(stepName(step)));
}

/** Requested steps as JSON, for keeping on the node until the agent has called. */
export function requestedJson(requested: readonly RequestedStep[]): JsonObject[] {
  return requested.map((step) => ({
    interface: step.interface,
    step: step.step,
    args: step.args ?? {},
    ...(step.priority === undefined ? {} : { priority: step.priority }),
    ...(step.order === undefined ? {} : { order: step.order }),
  }));
}

/** The reverse of `requestedJson`, for what comes back from the database. */
export function requestedOf(value: Json | undefined): RequestedStep[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item): RequestedStep[] => {
    if (!isJsonObject(item)) return [];
    // Borrow the record's guard for the names; the rest is optional.
    const probe = { ...item, priority: 0, args: isJsonObject(item.args) ? item.args : {}, in_band: false, destroys_data: false };
    if (!isStepRecord(probe)) return [];
    return [
      {
        interface: probe.interface,
        step: probe.step,
        args: probe.args,
        ...(typeof item.priority === 'number' ? { priority: item.priority } : {}),
        ...(typeof item.order === 'number' ? { order: item.order } : {}),
      },
    ];
  });
}

/** What a deployment asks for: the client's steps and those of its templates, as kept on the node. */
export function requestedDeploySteps(info: JsonObject): RequestedStep[] {
  return [...requestedOf(info.user_deploy_steps), ...requestedOf(info[TEMPLATE_STEPS_KEY])];
}

/** For texts and JSON: the stored form of a list. */
export function listJson(steps: readonly StepRecord[]): JsonObject[] {
  return steps.map(stepJson);
}

function inOrder(requested: readonly RequestedStep[]): RequestedStep[] {
  return requested
    .map((step, position) => ({ step, position }))
    .sort((a, b) => (a.step.order ?? a.position) - (b.step.order ?? b.position) || a.position - b.position)
    .map(({ step }) => step);
}

function reservedProblem(step: string, args: Record<string, Json | undefined>, rules: UserStepRules): string | null {
  if (step !== 'wait') return null;
  const seconds = args.seconds;
  if (seconds === undefined)
    return rules.disableRamdisk ? 'a wait step without seconds waits for the agent, but disable_ramdisk was given' : null;
  const number = typeof seconds === 'string' ? Number(seconds) : seconds;
  return typeof number === 'number' && number >= 0
    ? null
    : `seconds of a wait step must be a number that is not negative, got ${JSON.stringify(seconds)}`;
}

function argumentProblems(kind: FlowKind, known: StepRecord, args: Record<string, Json | undefined>): string[] {
  const info = known.argsinfo ?? {};
  const problems: string[] = [];
  const unexpected = Object.keys(args).filter((name) => !Object.hasOwn(info, name));
  if (unexpected.length > 0) problems.push(`${kind} step ${stepName(known)} has these unexpected arguments: ${unexpected.join(', ')}`);
  const missing = Object.entries(info).filter(([name, each]) => each.required === true && args[name] === undefined);
  if (missing.length > 0) {
    const list = missing.map(([name, each]) => `${name}: ${each.description}`).join(', ');
    problems.push(`${kind} step ${stepName(known)} is missing these required arguments: ${list}`);
  }
  return problems;
}

function describe(wish: RequestedStep): string {
  return `{interface: ${wish.interface}, step: ${wish.step}}`;
}

import type { JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import type { InternalInfoPatch, Node, NodePatch } from '../../model/node.ts';
import type { ProvisionState } from '../../model/states.ts';
import type { StepRecord } from '../../model/step.ts';
import { isStepRecord } from './step-record.ts';

/** The workflows whose cursor is persisted. Verification is one go and has none. */
export type FlowKind = 'clean' | 'deploy' | 'service';

/** Where a workflow keeps its things: states of the node, keys of `driver_internal_info`. The keys are the peer's. */
export interface Flow {
  readonly kind: FlowKind;
  readonly acting: ProvisionState;
  readonly waiting: ProvisionState;
  readonly holding: ProvisionState;
  readonly stepField: 'clean_step' | 'deploy_step' | 'service_step';
  readonly list: string;
  readonly index: string;
  readonly reboot: string;
  /** False here means: the current step has not started, enter it again. */
  readonly skip: string;
  /** A driver's own poller owns the current step. */
  readonly polling: string;
  readonly cached: string;
  readonly refreshed: string;
  readonly disableRamdisk: string | null;
  /** Type of the history rows of its failures. */
  readonly historyType: string;
}

export const FLOWS: Readonly<Record<FlowKind, Flow>> = {
  clean: {
    kind: 'clean',
    acting: 'cleaning',
    waiting: 'clean wait',
    holding: 'clean hold',
    stepField: 'clean_step',
    list: 'clean_steps',
    index: 'clean_step_index',
    reboot: 'cleaning_reboot',
    skip: 'skip_current_clean_step',
    polling: 'cleaning_polling',
    cached: 'agent_cached_clean_steps',
    refreshed: 'agent_cached_clean_steps_refreshed',
    disableRamdisk: 'cleaning_disable_ramdisk',
    historyType: 'cleaning',
  },
  deploy: {
    kind: 'deploy',
    acting: 'deploying',
    waiting: 'wait call-back',
    holding: 'deploy hold',
    stepField: 'deploy_step',
    list: 'deploy_steps',
    index: 'deploy_step_index',
    reboot: 'deployment_reboot',
    skip: 'skip_current_deploy_step',
    polling: 'deployment_polling',
    cached: 'agent_cached_deploy_steps',
    refreshed: 'agent_cached_deploy_steps_refreshed',
    disableRamdisk: null,
    historyType: 'deploying',
  },
  service: {
    kind: 'service',
    acting: 'servicing',
    waiting: 'service wait',
    holding: 'service hold',
    stepField: 'service_step',
    list: 'service_steps',
    index: 'service_step_index',
    reboot: 'servicing_reboot',
    skip: 'skip_current_service_step',
    polling: 'servicing_polling',
    cached: 'agent_cached_service_steps',
    refreshed: 'agent_cached_service_steps_refreshed',
    disableRamdisk: 'service_disable_ramdisk',
    historyType: 'servicing',
  },
};

/** Names of the request a destructive step is spent for, of the moment the current step began, and of recoveries so far. */
export const REQUEST_KEY = 'wrought_request';
export const STEP_STARTED_KEY = 'wrought_step_started';
export const RECOVERIES_KEY = 'wrought_recoveries';
/** Steps as the client gave them, until the list is composed. */
export const REQUESTED_KEY = 'wrought_requested_steps';
/** Steps of the deploy templates that a deployment began with. */
export const TEMPLATE_STEPS_KEY = 'wrought_template_steps';
/** True while the flow has booted, or is booting, the ramdisk: an agent is expected. */
export const RAMDISK_KEY = 'wrought_ramdisk_booted';

const BY_STATE: ReadonlyMap<ProvisionState, Flow> = new Map(
  Object.values(FLOWS).flatMap((flow) => [[flow.acting, flow] as const, [flow.waiting, flow] as const, [flow.holding, flow] as const]),
);

/** The workflow a node is in, by its state. */
export function flowOf(state: ProvisionState): Flow | null {
  return BY_STATE.get(state) ?? null;
}

/** The persisted list; empty while it is not known. */
export function stepsOf(node: Node, flow: Flow): StepRecord[] {
  const list = node.driver_internal_info[flow.list];
  return Array.isArray(list) ? list.filter(isStepRecord) : [];
}

/** True once the list has been composed, even to nothing. */
export function hasSteps(node: Node, flow: Flow): boolean {
  return Array.isArray(node.driver_internal_info[flow.list]);
}

/** Index of the current step, or null before the first. */
export function indexOf(node: Node, flow: Flow): number | null {
  const index = node.driver_internal_info[flow.index];
  return typeof index === 'number' ? index : null;
}

/** The step the cursor points at. */
export function currentStep(node: Node, flow: Flow): StepRecord | null {
  const index = indexOf(node, flow);
  return index === null ? null : (stepsOf(node, flow)[index] ?? null);
}

/** Index to go on with: the step after the current one, or the same where it has not started. */
export function nextIndex(node: Node, flow: Flow): number {
  const index = indexOf(node, flow);
  if (index === null) return 0;
  return node.driver_internal_info[flow.skip] === false ? index : index + 1;
}

/** Removes all that a workflow keeps on the node. */
export function wipedFlow(flow: Flow): InternalInfoPatch {
  return {
    [flow.list]: undefined,
    [flow.index]: undefined,
    [flow.reboot]: undefined,
    [flow.skip]: undefined,
    [flow.polling]: undefined,
    [flow.cached]: undefined,
    [flow.refreshed]: undefined,
    ...(flow.disableRamdisk === null ? {} : { [flow.disableRamdisk]: undefined }),
    ...(flow.kind === 'deploy' ? { user_deploy_steps: undefined, steps_validated: undefined, [TEMPLATE_STEPS_KEY]: undefined } : {}),
    ...(flow.kind === 'clean' ? { declarative_cleaning: undefined } : {}),
    [REQUEST_KEY]: undefined,
    [STEP_STARTED_KEY]: undefined,
    [RECOVERIES_KEY]: undefined,
    [REQUESTED_KEY]: undefined,
    [RAMDISK_KEY]: undefined,
  };
}

/** Patch of the step field alone. */
export function stepPatch(flow: Flow, step: JsonObject): NodePatch {
  return { [flow.stepField]: step };
}

/** The request the node is working on; destructive steps are spent for it. */
export function requestKeyOf(node: Node): string {
  const key = node.driver_internal_info[REQUEST_KEY];
  return typeof key === 'string' ? key : 'unknown';
}

/** Internal info as an object, for values that the peer nests. */
export function objectAt(info: JsonObject, key: string): JsonObject {
  const value = info[key];
  return isJsonObject(value) ? value : {};
}

import type { JsonObject } from '../../model/json.ts';
import { isProvisionState, STATE_INFO } from '../../model/states.ts';

/** What waiting needs of a node. */
export interface NodeView {
  readonly uuid: string;
  readonly name: string | null;
  /** Null is what old API versions call `available`. */
  readonly state: string;
  readonly target: string | null;
  readonly power: string | null;
  readonly targetPower: string | null;
  readonly lastError: string | null;
  readonly step: string | null;
}

/** Fields asked for while waiting. */
export const VIEW_FIELDS =
  'uuid,name,provision_state,target_provision_state,power_state,target_power_state,last_error,clean_step,deploy_step,service_step';

export function nodeView(node: JsonObject): NodeView {
  return {
    uuid: text(node.uuid) ?? '',
    name: text(node.name),
    state: text(node.provision_state) ?? 'available',
    target: text(node.target_provision_state),
    power: text(node.power_state),
    targetPower: text(node.target_power_state),
    lastError: text(node.last_error),
    step: stepName(node.deploy_step) ?? stepName(node.clean_step) ?? stepName(node.service_step),
  };
}

/** Nothing is going on with the node any more: it rests or it failed. */
export function isAtRest(view: NodeView): boolean {
  if (!isProvisionState(view.state)) return false;
  const { kind } = STATE_INFO[view.state];
  return kind === 'fail' || kind === 'stable';
}

/** `deploy.write_image` of a step object. */
export function stepName(step: unknown): string | null {
  if (typeof step !== 'object' || step === null || !('step' in step) || typeof step.step !== 'string') return null;
  return 'interface' in step && typeof step.interface === 'string' ? `${step.interface}.${step.step}` : step.step;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

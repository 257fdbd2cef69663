import type { RequestedStep } from '../../../conductor/conductor-service.ts';
import type { InterfaceKind } from '../../../model/interface-kind.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { invalid } from '../../http/error-replies.ts';
import { readInteger } from '../../http/parameter.ts';

const STEP_INTERFACES: readonly InterfaceKind[] = ['vendor', 'power', 'management', 'firmware', 'deploy', 'bios', 'raid'];
const MAX_STEPS = 1000;

/** Keys of a step item by list; the value says whether it is mandatory. */
const KEYS = {
  clean_steps: {
    interface: true,
    step: true,
    args: false,
    order: false,
    execute_on_child_nodes: false,
    limit_child_node_execution: false,
  },
  service_steps: {
    interface: true,
    step: true,
    args: false,
    order: false,
    execute_on_child_nodes: false,
    limit_child_node_execution: false,
  },
  deploy_steps: { interface: true, step: true, args: true, priority: true },
} as const;

export type StepList = keyof typeof KEYS;

/** Steps as a client gives them. @throws INVALID_PARAMETER naming the list, the item and its fault. */
export function parseSteps(list: StepList, value: Json): RequestedStep[] {
  if (!Array.isArray(value)) throw invalid(`${list} must be a list of steps`);
  if (value.length > MAX_STEPS) throw invalid(`${list} must hold at most ${MAX_STEPS} steps`);
  return value.map((item, index) => parseStep(list, item, `${list}[${index}]`));
}

function parseStep(list: StepList, item: Json, where: string): RequestedStep {
  if (!isJsonObject(item)) throw invalid(`${where} must be an object`);
  const keys: Readonly<Record<string, boolean>> = KEYS[list];
  for (const key of Object.keys(item)) {
    if (!Object.hasOwn(keys, key)) throw invalid(`${where} has the unknown key ${JSON.stringify(key.slice(0, 100))}`);
  }
  for (const [key, mandatory] of Object.entries(keys)) {
    if (mandatory && item[key] === undefined) throw invalid(`${where}.${key} is mandatory`);
  }
  const kind = STEP_INTERFACES.find((each) => each === item.interface);
  if (!kind)
    throw invalid(`${where}.interface must be one of ${STEP_INTERFACES.join(', ')}, not ${JSON.stringify(item.interface)?.slice(0, 100)}`);
  if (typeof item.step !== 'string' || item.step === '') throw invalid(`${where}.step must be the name of a step`);
  const step: RequestedStep = { interface: kind, step: item.step };
  if (item.args !== undefined) {
    if (!isJsonObject(item.args)) throw invalid(`${where}.args must be an object`);
    step.args = item.args;
  }
  if (item.priority !== undefined) step.priority = natural(item, 'priority', where);
  if (item.order !== undefined) step.order = natural(item, 'order', where);
  checkChildren(item, where);
  return step;
}

function natural(item: JsonObject, key: string, where: string): number {
  const number = readInteger(item[key]);
  if (number === undefined || number < 0) throw invalid(`${where}.${key} must be an integer of at least 0`);
  return number;
}

function checkChildren(item: JsonObject, where: string): void {
  const { execute_on_child_nodes: onChildren, limit_child_node_execution: limit } = item;
  if (onChildren !== undefined && typeof onChildren !== 'boolean') throw invalid(`${where}.execute_on_child_nodes must be a boolean`);
  if (limit !== undefined && !(Array.isArray(limit) && limit.every((each) => typeof each === 'string'))) {
    throw invalid(`${where}.limit_child_node_execution must be a list of node UUIDs`);
  }
}

/** True when a step asks to be run on child nodes. */
export function wantsChildren(value: Json): boolean {
  return (
    Array.isArray(value) &&
    value.some((item) => isJsonObject(item) && (item.execute_on_child_nodes === true || item.limit_child_node_execution !== undefined))
  );
}

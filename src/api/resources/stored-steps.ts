/** Lists of steps that deploy templates and runbooks keep. */
import type { InterfaceKind } from '../../model/interface-kind.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { maskSecrets } from '../../model/mask-secrets.ts';
import { invalid } from '../http/error-replies.ts';
import { readInteger } from '../http/parameter.ts';

const INTERFACES: readonly InterfaceKind[] = ['vendor', 'power', 'management', 'firmware', 'deploy', 'bios', 'raid'];
const MAX_STEPS = 1000;

/**
 * Checks a list of steps: each with interface, step, args and a number; no step twice. Digits become a number.
 * @param number the key that orders the steps @param argsRequired false: absent args are `{}` @throws INVALID_PARAMETER.
 */
export function parseStoredSteps(value: Json, number: 'priority' | 'order', argsRequired: boolean): JsonObject[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('steps must be a list of at least one step');
  if (value.length > MAX_STEPS) throw invalid(`steps must hold at most ${MAX_STEPS} steps`);
  const seen = new Set<string>();
  return value.map((item, index) => {
    const step = parseStep(item, `steps[${index}]`, number, argsRequired);
    const name = `${String(step.interface)}.${String(step.step)}`;
    if (seen.has(name)) throw invalid(`steps holds ${name.slice(0, 200)} twice`);
    seen.add(name);
    return step;
  });
}

function parseStep(item: Json, where: string, number: 'priority' | 'order', argsRequired: boolean): JsonObject {
  if (!isJsonObject(item)) throw invalid(`${where} must be an object`);
  const keys = ['interface', 'step', 'args', number];
  for (const key of Object.keys(item)) {
    if (!keys.includes(key)) throw invalid(`${where} has the unknown key ${JSON.stringify(key.slice(0, 100))}`);
  }
  const { interface: kind, step, args } = item;
  if (!INTERFACES.some((each) => each === kind)) throw invalid(`${where}.interface must be one of ${INTERFACES.join(', ')}`);
  if (typeof step !== 'string' || step === '') throw invalid(`${where}.step must be the name of a step`);
  if (args === undefined ? argsRequired : !isJsonObject(args)) throw invalid(`${where}.args must be an object`);
  const value = readInteger(item[number]);
  if (value === undefined || value < 0) throw invalid(`${where}.${number} must be an integer of at least 0`);
  return { interface: kind, step, args: args ?? {}, [number]: value };
}

/** JSON text of the steps as they may be shown: secrets in arguments are masked. */
export function renderSteps(steps: readonly JsonObject[]): string {
  return JSON.stringify(steps.map((step) => maskSecrets(step)));
}

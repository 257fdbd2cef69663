import { WroughtError } from '../../model/errors.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Fault, FaultCondition, FaultOrder } from './fault.ts';
import { FAULT_KINDS, faultParameters, isFaultKind } from './fault-kinds.ts';

const MAX_ORDERS = 10_000;

/** Condition names as they are written in scripts and flags. */
const CONDITIONS = {
  request: { key: 'request', type: 'string' },
  skip: { key: 'skip', type: 'number' },
  count: { key: 'count', type: 'number' },
  after_seconds: { key: 'afterSeconds', type: 'number' },
} as const;

/**
 * Reads a fault script: `[{"machine": "r7-m003" | 2 | "*", "when": {"count": 1}, "fault": "bmc-hang" | {"kind": "bmc-status", "status": 409}}]`.
 *
 * @throws WroughtError INVALID_PARAMETER that names the entry and what is wrong with it.
 */
export function parseFaultScript(text: string): FaultOrder[] {
  let script: unknown;
  try {
    script = JSON.parse(text);
  } catch (error) {
    throw bad(`the fault script is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(script)) throw bad('the fault script must be a list of {machine, when, fault}');
  if (script.length > MAX_ORDERS) throw bad(`the fault script has ${script.length} entries; at most ${MAX_ORDERS} are read`);
  return script.map((entry: unknown, index) => parseOrder(entry, `entry ${index} of the fault script`));
}

/**
 * Reads a `--fault` flag: `KIND[:MACHINE][,NAME=VALUE…]`, for example `bmc-hang:3` or `bmc-status:*,status=409,count=2`. Without a machine
 * it is for all of them.
 *
 * @throws WroughtError INVALID_PARAMETER
 */
export function parseFaultFlag(flag: string): FaultOrder {
  const [head = '', ...settings] = flag.split(',');
  const colon = head.indexOf(':');
  const kind = colon < 0 ? head : head.slice(0, colon);
  const machine = colon < 0 ? '*' : head.slice(colon + 1);
  const when: Record<string, unknown> = {};
  const fault: Record<string, unknown> = { kind };
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    if (equals < 1) throw bad(`fault flag "${flag}": "${setting}" is not NAME=VALUE`);
    const name = setting.slice(0, equals);
    const value = setting.slice(equals + 1);
    const typed = /^\d+$/.test(value) ? Number(value) : value;
    if (Object.hasOwn(CONDITIONS, name)) when[name] = typed;
    else fault[name] = typed;
  }
  return parseOrder({ machine, when, fault }, `fault flag "${flag}"`);
}

function parseOrder(entry: unknown, where: string): FaultOrder {
  if (!isJsonObject(entry)) throw bad(`${where} is not an object`);
  for (const name of Object.keys(entry))
    if (!['machine', 'when', 'fault'].includes(name)) throw bad(`${where}: unknown member "${name}"; known are machine, when, fault`);
  const { machine } = entry;
  if ((typeof machine !== 'string' || machine === '') && !(typeof machine === 'number' && Number.isInteger(machine) && machine >= 0))
    throw bad(`${where}: machine must be a name, a number from 0, or "*"`);
  return { machine: String(machine), fault: parseFault(entry.fault, entry.when, where) };
}

function parseFault(value: unknown, when: unknown, where: string): Fault {
  const { kind, ...given } = typeof value === 'string' ? { kind: value } : isJsonObject(value) ? value : {};
  if (typeof kind !== 'string' || !isFaultKind(kind))
    throw bad(`${where}: fault ${JSON.stringify(kind)} is not known; known are ${Object.keys(FAULT_KINDS).join(', ')}`);
  const known = faultParameters(kind);
  const params: Record<string, number | string> = Object.fromEntries(Object.entries(known).map(([name, info]) => [name, info.default]));
  for (const [name, setting] of Object.entries(given)) {
    const info = known[name];
    if (!info) throw bad(`${where}: ${kind} has no parameter "${name}"; it has ${Object.keys(known).join(', ') || 'none'}`);
    if (typeof setting !== typeof info.default || (typeof setting === 'number' && !isCount(setting)))
      throw bad(`${where}: ${name} of ${kind} must be ${typeof info.default === 'number' ? 'a number from 0' : 'a text'}`);
    if (typeof setting === 'number' || typeof setting === 'string') params[name] = setting;
  }
  return { kind, params, when: parseCondition(when, where) };
}

function parseCondition(value: unknown, where: string): FaultCondition {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw bad(`${where}: when must be an object`);
  const condition: { request?: string; skip?: number; count?: number; afterSeconds?: number } = {};
  for (const [name, setting] of Object.entries(value)) {
    if (name === 'request' && typeof setting === 'string') condition.request = setting;
    else if ((name === 'skip' || name === 'count' || name === 'after_seconds') && isCount(setting))
      condition[CONDITIONS[name].key] = setting;
    else if (Object.hasOwn(CONDITIONS, name)) throw bad(`${where}: when.${name} has a wrong value ${JSON.stringify(setting)}`);
    else throw bad(`${where}: when.${name} is not known; known are ${Object.keys(CONDITIONS).join(', ')}`);
  }
  return condition;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function bad(message: string): WroughtError {
  return new WroughtError('INVALID_PARAMETER', message);
}

import type { Json } from '../../model/json.ts';
import { isUuid } from '../fields/identifier.ts';
import { invalid, newerVersionNeeded } from './error-replies.ts';

export type ParameterType = 'string' | 'boolean' | 'integer' | 'uuid' | 'list' | 'json';

/** One query parameter or named argument, as data. */
export interface Parameter {
  readonly type: ParameterType;
  readonly required?: boolean;
  /** First minor version; below it a given value answers `below`. */
  readonly since?: number;
  readonly below?: 400 | 406;
  readonly min?: number;
}

export type Parameters = Readonly<Record<string, Parameter>>;

interface ValueOf {
  string: string;
  boolean: boolean;
  integer: number;
  uuid: string;
  list: readonly string[];
  json: Json;
}

/** Parsed values of a parameter table; what was not given is undefined. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K]['required'] extends true ? ValueOf[P[K]['type']] : ValueOf[P[K]['type']] | undefined;
};

const TRUE = new Set(['1', 't', 'true', 'on', 'y', 'yes']);
const FALSE = new Set(['0', 'f', 'false', 'off', 'n', 'no']);

/** A boolean, or a string that reads like one (any case); undefined otherwise. */
export function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const lower = value.trim().toLowerCase();
  if (TRUE.has(lower)) return true;
  return FALSE.has(lower) ? false : undefined;
}

/** A JSON integer or decimal digits; undefined otherwise. */
export function readInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[+-]?\d{1,15}\s*$/.test(value)) return undefined;
  return Number(value);
}

/** Items of a comma-separated or repeated parameter: trimmed, without doubles; case is kept. */
export function readList(values: readonly string[]): string[] {
  const items = values.flatMap((value) => value.split(',')).map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}

/**
 * Parses given values by their table, in the contract's order: unknown names, then types, then versions, then what is missing.
 * `null` and, for anything but strings, the empty string count as not given.
 * @throws INVALID_PARAMETER, NOT_ACCEPTABLE.
 */
export function parseParameters<P extends Parameters>(
  table: P,
  given: ReadonlyMap<string, readonly (string | Json)[]>,
  minor: number,
): Values<P> {
  for (const name of given.keys()) {
    if (!Object.hasOwn(table, name)) throw invalid(`Unknown parameter ${JSON.stringify(name.slice(0, 100))}`);
  }
  const parsed: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(table)) {
    const values = given.get(name)?.filter((value) => value !== null) ?? [];
    if (values.length > 0) parsed[name] = parseOne(name, parameter, values);
  }
  for (const [name, parameter] of Object.entries(table)) {
    if (parsed[name] !== undefined && parameter.since !== undefined && minor < parameter.since) {
      if (parameter.below === 400) throw invalid(`Parameter ${name} needs API version 1.${parameter.since} or later`);
      throw newerVersionNeeded(`Parameter ${name}`, parameter.since);
    }
  }
  for (const [name, parameter] of Object.entries(table)) {
    if (parameter.required && parsed[name] === undefined) throw invalid(`Parameter ${name} is mandatory`);
  }
  // The loop above gave each name the type its table row asks for.
  return parsed as Values<P>;
}

function parseOne(name: string, parameter: Parameter, values: readonly (string | Json)[]): unknown {
  if (parameter.type === 'list') {
    const texts = values.flatMap((value) => (Array.isArray(value) ? value : [value]));
    return readList(texts.map((text) => (typeof text === 'string' ? text : refuse(name, 'a list of strings', text))));
  }
  if (values.length > 1) throw invalid(`Parameter ${name} is given ${values.length} times`);
  const value = values[0];
  if (parameter.type === 'json') return value;
  if (parameter.type === 'string') return typeof value === 'string' ? value : refuse(name, 'a string', value);
  if (value === '') return undefined;
  switch (parameter.type) {
    case 'boolean':
      return readBoolean(value) ?? refuse(name, 'a boolean', value);
    case 'integer': {
      const number = readInteger(value) ?? refuse(name, 'an integer', value);
      if (parameter.min !== undefined && number < parameter.min) refuse(name, `an integer of at least ${parameter.min}`, value);
      return number;
    }
    case 'uuid':
      return typeof value === 'string' && isUuid(value) ? value : refuse(name, 'a UUID', value);
  }
}

function refuse(name: string, wanted: string, got: unknown): never {
  throw invalid(`Parameter ${name} must be ${wanted}, not ${JSON.stringify(got)?.slice(0, 100)}`);
}

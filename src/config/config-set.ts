import { computedDefaults } from './computed-defaults.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { interpolate } from './interpolate.ts';
import { findOption, optionIndex } from './option-index.ts';
import type { Option, OptionType } from './option-table.ts';
import { type OptionValue, parseValue } from './parse-value.ts';
import { describeSource, type Source } from './source.ts';

/** One option as it was given: the texts before interpolation, several only where the option may be repeated. */
export interface Setting {
  readonly texts: readonly string[];
  readonly source: Source;
}

/** An option in force, for `wrought config show`. */
export interface OptionInForce {
  readonly group: string;
  readonly name: string;
  readonly option: Option;
  readonly value: OptionValue;
  readonly source: Source;
}

export interface ConfigSet extends Config {
  /** Every declared option with its value and where that came from. */
  all(): OptionInForce[];
  /** Value of a declared option, whatever its type. */
  value(group: string, name: string): OptionValue;
  /** What was given for an option, or undefined where the default holds. */
  setting(group: string, name: string): Setting | undefined;
}

/** Interpolated defaults nest at most this deep; deeper is a circle. */
const DEPTH = 16;

/**
 * Puts settings (`group.name` to texts) over the defaults. Every given value is read at once, so that a bad one is refused at start and
 * not when it is first used. Throws ConfigError.
 */
export function createConfigSet(settings: ReadonlyMap<string, Setting>): ConfigSet {
  const values = new Map<string, OptionValue>();

  function resolve(group: string, name: string, option: Option, depth = 0): OptionValue {
    const key = `${group}.${name}`;
    const known = values.get(key);
    if (known !== undefined) return known;
    if (depth > DEPTH) throw new ConfigError(`option ${label(group, name)}: its value refers to itself through "$" references`);
    const setting = settings.get(key);
    const expand = (text: string) => interpolate(text, group, (otherGroup, otherName) => lookUp(otherGroup, otherName, depth + 1));
    const value =
      setting === undefined
        ? (computedDefaults[key]?.() ?? expandDefault(option, expand))
        : readSetting(group, name, option, setting, setting.texts.map(expand));
    values.set(key, value);
    return value;
  }

  function lookUp(group: string, name: string, depth: number): string | undefined {
    const option = findOption(group, name);
    if (option === undefined) return undefined;
    const value = resolve(group, name, option, depth);
    return value === null ? '' : String(value);
  }

  function read(group: string, name: string, types: readonly OptionType[]): OptionValue {
    const option = findOption(group, name);
    if (option === undefined) throw new Error(`option ${label(group, name)} is not declared`);
    if (!types.includes(option.type)) throw new Error(`option ${label(group, name)} is of type ${option.type}, not ${types.join(' or ')}`);
    return resolve(group, name, option);
  }

  for (const key of settings.keys()) {
    const [group, name] = splitKey(key);
    const option = findOption(group, name);
    if (option === undefined) throw new Error(`option ${label(group, name)} is not declared`);
    resolve(group, name, option);
  }

  const optional = {
    string(group: string, name: string): string | null {
      const value = read(group, name, ['string', 'host', 'ip', 'uri']);
      return value === null ? null : String(value);
    },
    number(group: string, name: string, types: readonly OptionType[]): number | null {
      const value = read(group, name, types);
      return value === null ? null : Number(value);
    },
  };

  return {
    string: (group, name) => needed(group, name, optional.string(group, name)),
    optionalString: optional.string,
    integer: (group, name) => needed(group, name, optional.number(group, name, ['integer', 'port', 'octal'])),
    optionalInteger: (group, name) => optional.number(group, name, ['integer', 'port', 'octal']),
    float: (group, name) => needed(group, name, optional.number(group, name, ['float', 'integer'])),
    boolean: (group, name) => read(group, name, ['boolean']) === true,
    list(group, name) {
      const value = read(group, name, ['list', 'multi-string']);
      return isList(value) ? [...value] : [];
    },
    dict(group, name) {
      const value = read(group, name, ['dict', 'multi-dict']);
      return typeof value === 'object' && value !== null && !isList(value) ? { ...value } : {};
    },
    isSet: (group, name) => settings.has(`${group}.${name}`),
    value(group, name) {
      const option = findOption(group, name);
      if (option === undefined) throw new Error(`option ${label(group, name)} is not declared`);
      return resolve(group, name, option);
    },
    setting: (group, name) => settings.get(`${group}.${name}`),
    all() {
      const every: OptionInForce[] = [];
      for (const [group, options] of optionIndex) {
        for (const [name, option] of options) {
          const source = settings.get(`${group}.${name}`)?.source ?? { kind: 'default' as const };
          every.push({ group, name, option, value: resolve(group, name, option), source });
        }
      }
      return every;
    },
  };
}

export function splitKey(key: string): [group: string, name: string] {
  const dot = key.indexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
}

/** An option as people write it: `[api]port`. */
export function label(group: string, name: string): string {
  return `[${group}]${name}`;
}

function readSetting(group: string, name: string, option: Option, setting: Setting, texts: readonly string[]): OptionValue {
  const parsed = parseValue(option, texts);
  if (parsed.ok) return parsed.value;
  const found = option.secret ? 'another value (not shown, it is secret)' : `"${texts.at(-1) ?? ''}"`;
  throw new ConfigError(`${describeSource(setting.source)}: option ${label(group, name)} must be ${parsed.wanted}, found ${found}`);
}

function expandDefault(option: Option, expand: (text: string) => string): OptionValue {
  const { default: value } = option;
  if (option.type === 'octal' && typeof value === 'string') return Number.parseInt(value.replace(/^0o/, ''), 8);
  if (typeof value === 'string') return expand(value);
  return isList(value) ? value.map(expand) : value;
}

function isList(value: OptionValue): value is readonly string[] {
  return Array.isArray(value);
}

function needed<T>(group: string, name: string, value: T | null): T {
  if (value === null) throw new ConfigError(`option ${label(group, name)} is needed here, has no default and is not set`);
  return value;
}

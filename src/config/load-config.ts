import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.ts';
import { type ConfigSet, createConfigSet, type Setting, splitKey } from './config-set.ts';
import { findOption, optionIndex } from './option-index.ts';
import { parseIni } from './parse-ini.ts';
import { recogniseOption } from './recognise-option.ts';
import { describeSource, type Source } from './source.ts';

export interface LoadOptions {
  /** Read in order; a later file wins. A directory stands for its `*.conf` files in the order of their names. */
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of the command line, `group.name` to text; they win over everything. */
  readonly given?: Readonly<Record<string, string>>;
}

export interface LoadedConfig {
  readonly config: ConfigSet;
  /** One sentence each, with the place: unknown, deprecated and ineffective options. */
  readonly warnings: readonly string[];
}

/** A configuration file larger than this is not one. */
const MAX_BYTES = 4 * 1024 * 1024;
const VARIABLE = /^OS_([A-Z][A-Z0-9_]*?)__([A-Z0-9][A-Z0-9_]*)$/;

/**
 * Reads the configuration: defaults, then files in ironic.conf syntax, then environment variables `OS_<GROUP>__<OPTION>`, then the
 * command line. Throws ConfigError naming file, line, option, what was wanted and what was found.
 */
export function loadConfig({ files, env, given = {} }: LoadOptions): LoadedConfig {
  const settings = new Map<string, Setting>();
  const warnings: string[] = [];

  function put(rawGroup: string, rawName: string, text: string, source: Source): void {
    const recognised = recogniseOption(rawGroup, rawName);
    if (recognised.warning !== null) warnings.push(`${describeSource(source)}: ${recognised.warning}`);
    if (recognised.kind === 'unknown') return;
    const key = `${recognised.group}.${recognised.name}`;
    const type = findOption(recognised.group, recognised.name)?.type;
    const repeatable = (type === 'multi-string' || type === 'multi-dict') && source.kind === 'file';
    const before = repeatable ? (settings.get(key)?.texts ?? []) : [];
    settings.set(key, { texts: [...before, text], source });
  }

  for (const file of files.flatMap(filesOf))
    for (const entry of parseIni(readText(file), file)) put(entry.group, entry.name, entry.text, { kind: 'file', file, line: entry.line });

  for (const [variable, text] of Object.entries(env)) {
    const match = VARIABLE.exec(variable);
    if (match === null || text === undefined) continue;
    const group = groupOfVariable(match[1] ?? '');
    put(group, (match[2] ?? '').toLowerCase(), text, { kind: 'environment', variable });
  }

  for (const [key, text] of Object.entries(given)) {
    const [group, name] = splitKey(key);
    put(group, name, text, { kind: 'given' });
  }
  return { config: createConfigSet(settings), warnings };
}

function groupOfVariable(upper: string): string {
  return [...optionIndex.keys()].find((group) => group.toUpperCase() === upper) ?? upper.toLowerCase();
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => name.endsWith('.conf'))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    throw new ConfigError(`configuration file ${path} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, at most ${MAX_BYTES} are read`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw new ConfigError(`configuration file ${file} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

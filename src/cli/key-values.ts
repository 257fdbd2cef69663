import type { Json, JsonObject } from '../model/json.ts';
import { UsageError } from './cli-error.ts';

/** For commander: collects a repeatable option. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** `name=value` arguments as an object; values that are JSON are sent typed, others as text. */
export function parseKeyValues(pairs: readonly string[], option: string): JsonObject {
  return Object.fromEntries(pairs.map((pair) => parsePair(pair, option)));
}

export function parsePair(pair: string, option: string): [name: string, value: Json] {
  const at = pair.indexOf('=');
  if (at <= 0) throw new UsageError(`${option} wants NAME=VALUE, found "${pair}"`);
  return [pair.slice(0, at), typed(pair.slice(at + 1))];
}

function typed(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** A JSON argument, or the contents of a file when it begins with `@`. */
export async function readJsonArgument(argument: string, option: string): Promise<Json> {
  let text = argument;
  if (argument.startsWith('@')) {
    const { readFile } = await import('node:fs/promises');
    text = await readFile(argument.slice(1), 'utf8').catch((error: unknown) => {
      throw new UsageError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    throw new UsageError(`${option} must be JSON, or @FILE with JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A count of seconds from the command line, in milliseconds; 0 means no limit and gives null. */
export function parseSeconds(text: string, option: string): number | null {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${option} must be a number of seconds, found "${text}"`);
  const ms = Number(text) * 1000;
  return ms === 0 ? null : ms;
}

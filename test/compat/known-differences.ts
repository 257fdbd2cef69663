import { isJsonObject } from '../../src/model/json.ts';

/** One part of one answer that is not as the peer's. */
export interface Difference {
  readonly request: string;
  readonly part: string;
  readonly peer: string;
  readonly wrought: string;
  /** Begins of both bodies, for people. */
  readonly texts?: readonly string[];
}

/** A difference that stands on purpose or for now; `*` in a text matches anything. */
export interface KnownDifference extends Difference {
  readonly reason: string;
}

/** Reads known-differences.json. @throws Error for an entry without one of its five texts. */
export function parseKnown(text: string): KnownDifference[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error('known-differences.json must hold a list');
  return value.map((item: unknown, index) => {
    if (!isJsonObject(item)) throw new Error(`known difference ${index} must be an object`);
    const read = (key: string): string => {
      const part = item[key];
      if (typeof part !== 'string' || part === '') throw new Error(`known difference ${index}: ${key} is missing`);
      return part;
    };
    return { request: read('request'), part: read('part'), peer: read('peer'), wrought: read('wrought'), reason: read('reason') };
  });
}

/** Differences that nobody wrote down, and lines that no difference matches. */
export function judge(
  found: readonly Difference[],
  known: readonly KnownDifference[],
): { fresh: readonly Difference[]; stale: readonly KnownDifference[] } {
  return {
    fresh: found.filter((difference) => !known.some((each) => matches(each, difference))),
    stale: known.filter((each) => !found.some((difference) => matches(each, difference))),
  };
}

function matches(known: KnownDifference, found: Difference): boolean {
  return (['request', 'part', 'peer', 'wrought'] as const).every((key) => fits(known[key], found[key]));
}

function fits(pattern: string, text: string): boolean {
  const pieces = pattern.split('*').map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(text);
}

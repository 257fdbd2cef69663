import { isIP } from 'node:net';
import type { Option } from './option-table.ts';

/** What an option holds once read. */
export type OptionValue = string | number | boolean | null | readonly string[] | Readonly<Record<string, string>>;

export type Parsed = { readonly ok: true; readonly value: OptionValue } | { readonly ok: false; readonly wanted: string };

/** Of these an empty text means "not set", where that is possible. */
const NUMBERS = new Set<string>(['integer', 'float', 'port', 'octal']);
const TRUE = new Set(['true', '1', 'on', 'yes']);
const FALSE = new Set(['false', '0', 'off', 'no']);
const HOST_NAME = /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/**
 * Reads the texts given for one option (several only for options that may be repeated) as its type, following oslo.config's types.
 * On failure says what was wanted, never what was found: the caller decides whether that may be shown.
 */
export function parseValue(option: Option, texts: readonly string[]): Parsed {
  const text = texts.at(-1) ?? '';
  if (text.trim() === '' && option.default === null && NUMBERS.has(option.type)) return good(null);
  switch (option.type) {
    case 'string':
      return ofChoices(option, text);
    case 'integer':
    case 'port':
      return integerWithin(option, text);
    case 'float':
      return floatWithin(option, text);
    case 'octal':
      return octal(text);
    case 'boolean': {
      const word = text.trim().toLowerCase();
      if (TRUE.has(word)) return good(true);
      return FALSE.has(word) ? good(false) : bad('true or false');
    }
    case 'host':
      return isIP(text.trim()) !== 0 || HOST_NAME.test(text.trim()) ? good(text.trim()) : bad('a host name or an IP address');
    case 'ip':
      return isIP(text.trim()) !== 0 ? good(text.trim()) : bad('an IP address');
    case 'uri':
      return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text.trim()) ? good(text.trim()) : bad('a URL such as http://192.0.2.1:8080');
    case 'list':
      return listOf(option, splitList(text));
    case 'multi-string':
      return good([...texts]);
    case 'dict':
      return dictOf([text]);
    case 'multi-dict':
      return dictOf(texts);
  }
}

/** Splits at commas and trims; a comma at the end counts for nothing, empty text is an empty list. */
export function splitList(text: string): string[] {
  let trimmed = text.trim();
  while (trimmed.endsWith(',')) trimmed = trimmed.slice(0, -1);
  return trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
}

function ofChoices(option: Option, text: string): Parsed {
  if (option.choices === undefined) return good(text);
  return option.choices.includes(text) ? good(text) : bad(`one of ${option.choices.join(', ')}`);
}

function integerWithin(option: Option, text: string): Parsed {
  const { min, max } = option.type === 'port' ? { min: 0, max: 65535 } : option;
  const wanted = `${option.type === 'port' ? 'a port number' : 'a whole number'}${range(min, max)}`;
  if (!/^[+-]?\d+$/.test(text.trim())) return bad(wanted);
  const value = Number(text);
  if (!Number.isSafeInteger(value) || outside(value, min, max)) return bad(wanted);
  return good(value);
}

function floatWithin(option: Option, text: string): Parsed {
  const value = Number(text);
  const wanted = `a number${range(option.min, option.max)}`;
  if (text.trim() === '' || !Number.isFinite(value) || outside(value, option.min, option.max)) return bad(wanted);
  return good(value);
}

function octal(text: string): Parsed {
  const digits = /^(?:0o)?([0-7]{1,6})$/i.exec(text.trim())?.[1];
  return digits === undefined ? bad('an octal number such as 0o644') : good(Number.parseInt(digits, 8));
}

function listOf(option: Option, items: string[]): Parsed {
  const allowed = option.itemChoices;
  if (allowed !== undefined && items.some((item) => !allowed.includes(item))) return bad(`a list of ${allowed.join(', ')}`);
  return good(items);
}

/** A later pair with the same key wins; the key ends at the first colon. */
function dictOf(texts: readonly string[]): Parsed {
  const pairs: [string, string][] = [];
  for (const item of texts.flatMap(splitList)) {
    const colon = item.indexOf(':');
    if (colon <= 0) return bad('key:value pairs, separated by commas');
    pairs.push([item.slice(0, colon).trim(), item.slice(colon + 1).trim()]);
  }
  return good(Object.fromEntries(pairs));
}

function outside(value: number, min: number | undefined, max: number | undefined): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

function range(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

function good(value: OptionValue): Parsed {
  return { ok: true, value };
}

function bad(wanted: string): Parsed {
  return { ok: false, wanted };
}

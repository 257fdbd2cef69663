import { isJsonObject, type JsonObject } from '../model/json.ts';

/** Reads a JSON object column. @throws Error when the stored text is something else. */
export function parseObject(text: string): JsonObject {
  if (text === '{}') return {};
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error(`a column that holds JSON objects holds ${text.slice(0, 80)}`);
  return value;
}

/** Reads a column that holds a JSON list of strings. @throws Error when the stored text is something else. */
export function parseStrings(text: string): string[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new Error(`a column that holds lists of strings holds ${text.slice(0, 80)}`);
  return value;
}

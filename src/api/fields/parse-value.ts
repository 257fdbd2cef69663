import { isJsonObject, type Json } from '../../model/json.ts';
import { invalid } from '../http/error-replies.ts';
import { readBoolean, readInteger } from '../http/parameter.ts';
import type { Field } from './field.ts';
import { isUuid } from './identifier.ts';

/**
 * Checks a written value by its field and answers what is stored. Null stands for the default where null is not a value.
 * @throws INVALID_PARAMETER (type, length, form), and what the field's own rule throws.
 */
export function parseValue(field: Field, value: Json, minor: number): Json {
  if (value === null) {
    if (field.nullable) return null;
    if (field.default === undefined) throw invalid(`${field.name} is mandatory and cannot be null`);
    return structuredClone(field.default);
  }
  const typed = parseType(field, value);
  return field.normalise ? field.normalise(typed, minor) : typed;
}

function parseType(field: Field, value: Json): Json {
  switch (field.type) {
    case 'uuid':
      return typeof value === 'string' && isUuid(value) ? value : refuse(field, 'a UUID', value);
    case 'string':
    case 'datetime':
      return parseText(field, value);
    case 'boolean':
      return readBoolean(value) ?? refuse(field, 'a boolean', value);
    case 'strict-boolean':
      return typeof value === 'boolean' ? value : refuse(field, 'a JSON boolean', value);
    case 'integer':
      return readInteger(value) ?? refuse(field, 'an integer', value);
    case 'strict-integer':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(field, 'a JSON integer', value);
    case 'object':
      return isJsonObject(value) ? value : refuse(field, 'an object', value);
    case 'list':
      return Array.isArray(value) ? value : refuse(field, 'a list', value);
    case 'strings':
    case 'links':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : refuse(field, 'a list of strings', value);
  }
}

function parseText(field: Field, value: Json): string {
  if (typeof value !== 'string') return refuse(field, 'a string', value);
  const { minLength, maxLength, pattern, values } = field;
  if (minLength !== undefined && value.length < minLength) throw invalid(`${field.name} must have at least ${minLength} characters`);
  if (maxLength !== undefined && [...value].length > maxLength) throw invalid(`${field.name} must have at most ${maxLength} characters`);
  if (pattern && !pattern.test(value)) return refuse(field, `of the form ${pattern.source}`, value);
  if (values && !values.includes(value)) return refuse(field, `one of ${values.join(', ')}`, value);
  return value;
}

function refuse(field: Field, wanted: string, got: Json): never {
  const shown = typeof got === 'object' ? (Array.isArray(got) ? 'a list' : 'an object') : JSON.stringify(got)?.slice(0, 100);
  throw invalid(`${field.name} must be ${wanted}, not ${shown}`);
}

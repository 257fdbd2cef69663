import { isJsonObject, type Json } from '../../../model/json.ts';
import { isNameAt, isUuid } from '../../fields/identifier.ts';
import { invalid } from '../../http/error-replies.ts';

const RESERVED_NAMES = new Set(['maintenance', 'management', 'states', 'vendor_passthru', 'detail', 'validate']);

/** A node's name at a version. @throws INVALID_PARAMETER. */
export function checkNodeName(value: Json, minor: number): Json {
  if (typeof value !== 'string' || !isNameAt(value, minor)) {
    const form = minor >= 10 ? 'letters, digits and -._~' : 'a host name in lower case';
    throw invalid(`name must be ${form} of at most 255 characters, not ${JSON.stringify(value)?.slice(0, 100)}`);
  }
  if (isUuid(value)) throw invalid(`name must not look like a UUID: ${value}`);
  if (RESERVED_NAMES.has(value)) throw invalid(`name ${value} is a word of the API and cannot name a node`);
  return value;
}

/** Sizes in `properties` must be non-negative integers, as numbers or digits. @throws INVALID_PARAMETER. */
export function checkProperties(value: Json): Json {
  if (!isJsonObject(value)) throw invalid('properties must be an object');
  for (const key of ['memory_mb', 'local_gb']) {
    const size = value[key];
    if (size === undefined || size === null) continue;
    const right = typeof size === 'number' ? Number.isInteger(size) && size >= 0 : typeof size === 'string' && /^\d+$/.test(size);
    if (!right) throw invalid(`properties.${key} must be a non-negative integer, not ${JSON.stringify(size)?.slice(0, 100)}`);
  }
  return value;
}

/** Conductor groups compare without case: they are stored lower-case. */
export function lowerCase(value: Json): Json {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

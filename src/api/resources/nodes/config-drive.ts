import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { invalid } from '../../http/error-replies.ts';

/** Config drives given as parts, and their `vendor_data`, come with these versions. */
const PARTS_SINCE = 56;
const VENDOR_DATA_SINCE = 59;
const BASE64 = /^[A-Za-z0-9+/=\s]*$/;
const PARTS = new Set(['meta_data', 'network_data', 'user_data', 'vendor_data']);

/** A config drive of a provision request: base64 text, a URL, or parts; undefined when it is empty. @throws INVALID_PARAMETER. */
export function parseConfigDrive(value: Json, minor: number): string | JsonObject | undefined {
  if (value === null || value === '') return undefined;
  if (typeof value === 'string') {
    if (value.includes('://') || BASE64.test(value)) return value;
    throw invalid('configdrive must be a URL, base64 text, or an object of its parts');
  }
  if (!isJsonObject(value)) throw invalid('configdrive must be a string or an object');
  if (minor < PARTS_SINCE) throw invalid(`configdrive as an object needs API version 1.${PARTS_SINCE} or later`);
  for (const [key, part] of Object.entries(value)) {
    if (!PARTS.has(key)) throw invalid(`configdrive has the unknown key ${JSON.stringify(key.slice(0, 100))}`);
    if (key === 'vendor_data' && minor < VENDOR_DATA_SINCE)
      throw invalid(`configdrive.vendor_data needs API version 1.${VENDOR_DATA_SINCE} or later`);
    const fits = key === 'user_data' ? part === null || typeof part === 'string' || typeof part === 'object' : isJsonObject(part);
    if (!fits) throw invalid(`configdrive.${key} must be an object${key === 'user_data' ? ', a list or a string' : ''}`);
  }
  return value;
}

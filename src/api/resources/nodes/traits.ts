import { isJsonObject, type Json } from '../../../model/json.ts';
import { invalid } from '../../http/error-replies.ts';
import standardTraits from './standard-traits.json' with { type: 'json' };

const STANDARD: ReadonlySet<string> = new Set(standardTraits);
const CUSTOM = /^CUSTOM_[A-Z0-9_]+$/;
export const MAX_TRAITS = 50;

/** A trait's name. @throws INVALID_PARAMETER. */
export function checkTrait(value: Json | undefined): string {
  if (typeof value === 'string' && value.length <= 255 && (CUSTOM.test(value) || STANDARD.has(value))) return value;
  throw invalid(`A trait is CUSTOM_ followed by A-Z, 0-9 and _, or a standard trait; ${JSON.stringify(value)?.slice(0, 100)} is neither`);
}

/** The body of `PUT traits`: all traits, without doubles. @throws INVALID_PARAMETER. */
export function parseTraits(body: Json): string[] {
  if (!isJsonObject(body) || !Array.isArray(body.traits) || Object.keys(body).length > 1) {
    throw invalid('The body must be {"traits": [...]} and nothing else');
  }
  const traits = [...new Set(body.traits.map(checkTrait))];
  if (traits.length > MAX_TRAITS) throw invalid(`A node can have ${MAX_TRAITS} traits, not ${traits.length}`);
  return traits;
}

import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { invalid, newerVersionNeeded } from '../http/error-replies.ts';
import { findField, type ResourceTable } from './field.ts';
import { parseValue } from './parse-value.ts';

/**
 * Validates the body of a creation by the resource's table: names, then types, then versions (only of values that are not null), then
 * what is mandatory. Answers the values that were given. @throws INVALID_PARAMETER, NOT_ACCEPTABLE.
 */
export function parseDocument(table: ResourceTable, body: Json, minor: number): JsonObject {
  if (!isJsonObject(body)) throw invalid(`The body of a new ${table.name} must be a JSON object`);
  const values: JsonObject = {};
  const newer: { name: string; since: number }[] = [];
  for (const [name, value] of Object.entries(body)) {
    const field = findField(table, name);
    if (!field?.create) throw invalid(`${JSON.stringify(name.slice(0, 100))} is not a property that a new ${table.name} can be given`);
    if (value === undefined) continue;
    const since = field.createSince ?? field.since;
    if (since > minor) {
      // Clients send what they know, unset: null, and the empty string where that is the default.
      const unset = value === null || (value === '' && field.default === '');
      if (!unset) newer.push({ name, since });
    }
    values[name] = parseValue(field, value, Math.max(minor, field.since));
  }
  for (const field of table.fields) {
    if (field.required && values[field.name] === undefined) throw invalid(`${field.name} is mandatory for a new ${table.name}`);
  }
  const first = newer[0];
  if (first) throw newerVersionNeeded(`${first.name} of a ${table.name}`, first.since);
  return values;
}

import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../model/json.ts';
import { invalid, newerVersionNeeded } from '../http/error-replies.ts';
import { type Field, findField, type ResourceTable } from './field.ts';
import { applyPatch, type PatchOperation, parsePatch } from './json-patch.ts';
import { parseValue } from './parse-value.ts';

export interface Patched {
  readonly operations: readonly PatchOperation[];
  /** New values of the attributes that differ from the stored ones. */
  readonly changed: JsonObject;
  /** All touched attributes with their new values, changed or not. */
  readonly touched: JsonObject;
}

/**
 * Applies a PATCH body to the stored, unmasked attributes of a resource and validates the result by its table.
 * @param stored patchable attributes as stored (null where unset)
 * @throws INVALID_PARAMETER, NOT_ACCEPTABLE.
 */
export function patchResource(table: ResourceTable, body: Json, stored: JsonObject, minor: number): Patched {
  const operations = parsePatch(body, minor);
  for (const operation of operations) checkRoot(table, operation, minor);
  const result = applyPatch(stored, operations);
  const changed: JsonObject = {};
  const touched: JsonObject = {};
  for (const root of new Set(operations.map((operation) => operation.path[0] ?? ''))) {
    const field = patchable(table, root);
    const value = parseValue(field, result[root] ?? null, Math.max(minor, field.since));
    touched[root] = value;
    if (!isDeepStrictEqual(value, stored[root])) changed[root] = value;
  }
  return { operations, changed, touched };
}

/** True when some operation adds or replaces exactly `/root` with null. */
export function setsNull(operations: readonly PatchOperation[], root: string): boolean {
  return operations.some((each) => each.op !== 'remove' && each.path.length === 1 && each.path[0] === root && each.value === null);
}

/** True when some operation removes exactly `/root`. */
export function removesRoot(operations: readonly PatchOperation[], root: string): boolean {
  return operations.some((each) => each.op === 'remove' && each.path.length === 1 && each.path[0] === root);
}

function checkRoot(table: ResourceTable, operation: PatchOperation, minor: number): void {
  const field = patchable(table, operation.path[0] ?? '');
  const since = field.patchSince ?? field.since;
  if (operation.op !== 'remove' && minor < since) throw newerVersionNeeded(`${field.name} of a ${table.name}`, since);
}

function patchable(table: ResourceTable, root: string): Field {
  const field = findField(table, root);
  if (field?.patch) return field;
  const names = table.fields.filter((each) => each.patch).map((each) => each.name);
  throw invalid(`/${root.slice(0, 100)} of a ${table.name} cannot be patched; these can: ${names.sort().join(', ')}`);
}

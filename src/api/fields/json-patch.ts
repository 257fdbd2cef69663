import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { invalid } from '../http/error-replies.ts';

/** One operation of a JSON Patch (RFC 6902), of the three that the API takes. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** Decoded path segments; at least one. */
  readonly path: readonly string[];
  readonly value?: Json;
}

/** `~0` and `~1` in paths (keys with `~` or `/`) are understood from this version on. */
const ESCAPES_SINCE = 98;
const PATH = /^(?:\/[\p{L}\p{N}_-]+)+$/u;
const PATH_WITH_ESCAPES = /^(?:\/(?:[\p{L}\p{N}_-]|~[01])+)+$/u;

/** Reads a PATCH body. @throws INVALID_PARAMETER naming the operation that is wrong. */
export function parsePatch(body: Json, minor: number): PatchOperation[] {
  if (!Array.isArray(body)) throw invalid('The body of a PATCH must be an array of JSON Patch operations');
  return body.map((item, index) => parseOperation(item, index, minor));
}

function parseOperation(item: Json, index: number, minor: number): PatchOperation {
  const where = `Patch operation ${index}`;
  if (!isJsonObject(item)) throw invalid(`${where} must be an object`);
  for (const key of Object.keys(item)) {
    if (key !== 'op' && key !== 'path' && key !== 'value')
      throw invalid(`${where} has the unknown key ${JSON.stringify(key.slice(0, 50))}`);
  }
  const { op, path, value } = item;
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    throw invalid(`${where}: op must be add, replace or remove, not ${JSON.stringify(op)?.slice(0, 50)}`);
  }
  const form = minor >= ESCAPES_SINCE ? PATH_WITH_ESCAPES : PATH;
  if (typeof path !== 'string' || path.length > 4096 || !form.test(path)) {
    throw invalid(`${where}: ${JSON.stringify(path)?.slice(0, 100)} is not a path of the form /field or /field/key`);
  }
  const segments = path.slice(1).split('/').map(unescapeSegment);
  if (op === 'remove') return { op, path: segments };
  if (value === undefined) throw invalid(`${where}: ${op} needs a value`);
  return { op, path: segments, value };
}

const unescapeSegment = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/**
 * Applies operations in order to a document and answers the result; the document itself is not altered. A removed root attribute
 * becomes null: the resource's table says what that means. @throws INVALID_PARAMETER for a member that is not there.
 */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  const result = structuredClone(document);
  for (const operation of operations) applyOne(result, operation);
  return result;
}

function applyOne(document: JsonObject, operation: PatchOperation): void {
  const path = `/${operation.path.join('/')}`;
  const key = operation.path.at(-1) ?? '';
  let holder: Json = document;
  for (const segment of operation.path.slice(0, -1)) holder = descend(holder, segment, path);
  if (Array.isArray(holder)) applyToArray(holder, key, operation, path);
  else if (isJsonObject(holder)) applyToObject(holder, key, operation, path, operation.path.length === 1);
  else throw invalid(`Patch path ${path}: its parent is neither an object nor an array`);
}

function descend(holder: Json, segment: string, path: string): Json {
  const next = Array.isArray(holder)
    ? /^\d{1,9}$/.test(segment)
      ? holder[Number(segment)]
      : undefined
    : isJsonObject(holder) && Object.hasOwn(holder, segment)
      ? holder[segment]
      : undefined;
  if (next === undefined) throw invalid(`Patch path ${path}: ${JSON.stringify(segment)} does not exist`);
  return next;
}

function applyToObject(holder: JsonObject, key: string, operation: PatchOperation, path: string, root: boolean): void {
  if (operation.op !== 'add' && !Object.hasOwn(holder, key))
    throw invalid(`Patch path ${path} cannot be ${operation.op}d: it does not exist`);
  if (operation.op === 'remove') {
    if (root) holder[key] = null;
    else delete holder[key];
    return;
  }
  // defineProperty, so that a key named __proto__ stays an ordinary key.
  Object.defineProperty(holder, key, {
    value: structuredClone(operation.value ?? null),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function applyToArray(holder: Json[], key: string, operation: PatchOperation, path: string): void {
  if (operation.op === 'add' && key === '-') {
    holder.push(structuredClone(operation.value ?? null));
    return;
  }
  const index = /^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : -1;
  const last = operation.op === 'add' ? holder.length : holder.length - 1;
  if (index < 0 || index > last) throw invalid(`Patch path ${path}: ${JSON.stringify(key)} is not a position of the array`);
  if (operation.op === 'remove') holder.splice(index, 1);
  else holder.splice(index, operation.op === 'add' ? 0 : 1, structuredClone(operation.value ?? null));
}

import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { RedfishFault } from './redfish-fault.ts';

/** Applies the members of a PATCH body. Members of `fields` are writable, those the resource shows besides are not, others are unknown. */
export function applyPatch(
  body: JsonObject,
  shown: JsonObject,
  fields: Readonly<Record<string, (value: Json, pointer: string) => void>>,
  at = '#',
): void {
  for (const [name, value] of Object.entries(body)) {
    // Annotations such as @odata.etag may be sent back by clients and say nothing.
    if (name.startsWith('@odata.') || value === undefined) continue;
    const pointer = `${at}/${name}`;
    const apply = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (apply) apply(value, pointer);
    else if (Object.hasOwn(shown, name)) throw new RedfishFault(400, 'PropertyNotWritable', [name], { related: [pointer] });
    else throw new RedfishFault(400, 'PropertyUnknown', [name], { related: [pointer] });
  }
}

export function oneOf<T extends string>(value: Json, choices: readonly T[], pointer: string): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new RedfishFault(
    400,
    typeof value === 'string' ? 'PropertyValueNotInList' : 'PropertyValueTypeError',
    [shown(value), nameOf(pointer)],
    {
      related: [pointer],
    },
  );
}

export function bool(value: Json, pointer: string): boolean {
  if (typeof value === 'boolean') return value;
  throw typeError(value, pointer);
}

export function text(value: Json, pointer: string, most = 255): string {
  if (typeof value !== 'string') throw typeError(value, pointer);
  if (value.length > most) throw new RedfishFault(400, 'PropertyValueOutOfRange', [shown(value), nameOf(pointer)], { related: [pointer] });
  return value;
}

export function integer(value: Json, least: number, most: number, pointer: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw typeError(value, pointer);
  if (value < least || value > most)
    throw new RedfishFault(400, 'PropertyValueOutOfRange', [shown(value), nameOf(pointer)], { related: [pointer] });
  return value;
}

export function object(value: Json, pointer: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw typeError(value, pointer);
}

export function texts(value: Json, pointer: string): string[] {
  if (!Array.isArray(value)) throw typeError(value, pointer);
  return value.map((item) => text(item, pointer));
}

/** A parameter of an action that must be there. */
export function parameter(body: JsonObject, action: string, name: string): string {
  const value = body[name];
  if (value === undefined || value === null)
    throw new RedfishFault(400, 'ActionParameterMissing', [action, name], { related: [`#/${name}`] });
  if (typeof value !== 'string')
    throw new RedfishFault(400, 'ActionParameterValueTypeError', [shown(value), name, action], { related: [`#/${name}`] });
  return value;
}

/** A parameter of an action that must be one of a list. */
export function parameterOf<T extends string>(body: JsonObject, action: string, name: string, choices: readonly T[]): T {
  const value = parameter(body, action, name);
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new RedfishFault(400, 'ActionParameterValueNotInList', [value, name, action], { related: [`#/${name}`] });
  return found;
}

/** Refuses parameters the action does not have. */
export function onlyParameters(body: JsonObject, action: string, known: readonly string[]): void {
  for (const name of Object.keys(body))
    if (!known.includes(name) && !name.startsWith('@'))
      throw new RedfishFault(400, 'ActionParameterNotSupported', [name, action], { related: [`#/${name}`] });
}

function typeError(value: Json, pointer: string): RedfishFault {
  return new RedfishFault(400, 'PropertyValueTypeError', [shown(value), nameOf(pointer)], { related: [pointer] });
}

function nameOf(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1);
}

function shown(value: Json): string {
  return JSON.stringify(value).slice(0, 100);
}

import type { Json } from '../../model/json.ts';

/**
 * Stored form of a resource, as the renderer reads it: scalars as they are, timestamps in milliseconds, JSON attributes as JSON text
 * that is spliced into the answer unread.
 */
export type Row = Readonly<Record<string, unknown>>;

export type FieldType =
  | 'uuid'
  | 'string'
  | 'boolean'
  /** JSON boolean only; strings that read like one are refused. */
  | 'strict-boolean'
  | 'integer'
  /** JSON integer only. */
  | 'strict-integer'
  | 'object'
  | 'datetime'
  | 'strings'
  /** A list of documents; its form is the field's own rule. */
  | 'list'
  | 'links';

/** What rendering needs beside the row. */
export interface RenderContext {
  readonly minor: number;
  /** Public URL without a trailing slash. */
  readonly base: string;
  /** Host name of the conductor a node maps to. */
  readonly conductorOf: (node: { uuid: string; conductor_group: string; driver: string }) => string | null;
}

/** One field of a resource. Everything the API does with it derives from this row. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** First minor version that shows and takes it. */
  readonly since: number;
  readonly create?: boolean;
  readonly required?: boolean;
  readonly patch?: boolean;
  /** First version of giving it to a new object where that differs from `since`. */
  readonly createSince?: number;
  /** First version of writing it through PATCH where that differs from `since`. */
  readonly patchSince?: number;
  /** `yes`: in plain lists too; `detail`: only in full views; `never`: write-only. */
  readonly show: 'yes' | 'detail' | 'never';
  /** Unset is null; otherwise null on write means `default`. */
  readonly nullable?: boolean;
  /** What null or removal writes where null is not a value. Undefined: it cannot be unset (400). */
  readonly default?: Json;
  /** False: refused in `fields=`. */
  readonly selectable?: boolean;
  /** True: a stored scalar that lists may be sorted by. */
  readonly sortable?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  /** Turns a well-typed value into what is stored. @throws INVALID_PARAMETER, NOT_ACCEPTABLE. */
  readonly normalise?: (value: Json, minor: number) => Json;
  /** Columns to read when they are not just the one of its name. */
  readonly columns?: readonly string[];
  /** JSON text of the value; the default follows `type`. */
  readonly render?: (row: Row, context: RenderContext) => string;
}

/** A resource: its collection and its fields. */
export interface ResourceTable {
  /** Singular, for messages. */
  readonly name: string;
  /** Path and array key of the collection. */
  readonly collection: string;
  /** Field that names an object in links and markers. */
  readonly key: string;
  readonly fields: readonly Field[];
  /** Version from which `fields=` is taken, and the answer below. */
  readonly fieldsSince: number;
  /** Answer to a field in `fields=` that is newer than the version. */
  readonly newerSelected: 400 | 406;
}

/** The field called `name`. */
export function findField(table: ResourceTable, name: string): Field | undefined {
  return table.fields.find((field) => field.name === name);
}

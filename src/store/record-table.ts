/**
 * Reading and writing of resources that are one table each, from a description of their columns. What a resource adds (filters, rules
 * between tables) stays in its own repository.
 */
import { randomUUID } from 'node:crypto';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import { ForeignKeyViolation, UniqueViolation } from './database-errors.ts';
import { keysetPage } from './keyset-page.ts';
import { requireMarker } from './require-marker.ts';
import type { Page } from './store.ts';
import type { Transactor } from './transactor.ts';

export interface RecordSpec {
  readonly table: string;
  /** Singular, for messages: `Portgroup`. */
  readonly subject: string;
  /** How each column beside id, uuid and the times is stored. */
  readonly columns: Readonly<Record<string, 'scalar' | 'boolean' | 'json'>>;
  /** What must be unique, in words, by column; '' for an index of several columns. */
  readonly unique: Readonly<Record<string, (values: object) => string>>;
  /** Text for a reference to a row that is not there. */
  readonly reference?: (values: object) => string;
}

export interface RecordTable<T> {
  /** @throws DUPLICATE, NOT_FOUND (what is referred to). */
  insert(values: object, uuid?: string): Promise<T>;
  findBy(column: string, value: string | number): Promise<T | undefined>;
  /** @throws NOT_FOUND (marker). */
  list(conditions: readonly RawBuilder<SqlBool>[], page: Page): Promise<T[]>;
  /** All that match, in order of insertion. */
  select(conditions: readonly RawBuilder<SqlBool>[]): Promise<T[]>;
  /** Undefined when no row has the UUID and fulfils the conditions. @throws DUPLICATE. */
  change(uuid: string, patch: object, conditions?: readonly RawBuilder<SqlBool>[]): Promise<T | undefined>;
  /** As `change`. @throws NOT_FOUND. */
  update(uuid: string, patch: object): Promise<T>;
  /** True when a row went. */
  remove(uuid: string, conditions?: readonly RawBuilder<SqlBool>[]): Promise<boolean>;
  /** @throws NOT_FOUND. */
  delete(uuid: string): Promise<void>;
  notFound(uuid: string): WroughtError;
}

const OWNED = ['id', 'uuid', 'created_at', 'updated_at'] as const;

/** `T` is the record as the columns of `spec` spell it. */
export function recordTable<T extends object>(transactor: Transactor, clock: Clock, spec: RecordSpec): RecordTable<T> {
  const table = sql.table(spec.table);
  const sortable = new Set<string>([...OWNED, ...Object.keys(spec.columns).filter((name) => spec.columns[name] !== 'json')]);
  const where = (conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
    conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`;

  const encode = (name: string, value: unknown): unknown => {
    if (value === null || value === undefined) return null;
    const kind = spec.columns[name];
    return kind === 'json' ? JSON.stringify(value) : kind === 'boolean' ? (value === true ? 1 : 0) : value;
  };
  const decode = (row: object): T => {
    const columns = row as Record<string, unknown>;
    const record: Record<string, unknown> = {};
    for (const name of OWNED) record[name] = columns[name];
    for (const [name, kind] of Object.entries(spec.columns)) {
      const value = columns[name];
      record[name] = value === null ? null : kind === 'json' ? JSON.parse(String(value)) : kind === 'boolean' ? value === 1 : value;
    }
    // Every column of the table was read as the description says.
    return record as T;
  };
  const notFound = (uuid: string): WroughtError => new WroughtError('NOT_FOUND', `${spec.subject} ${uuid} could not be found.`);

  async function explained<R>(uuid: string, values: object, write: () => Promise<R>): Promise<R> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof UniqueViolation) {
        const what = spec.unique[error.column]?.(values) ?? `UUID ${uuid}`;
        throw new WroughtError('DUPLICATE', `A ${spec.subject.toLowerCase()} with ${what} already exists.`, { cause: error });
      }
      if (error instanceof ForeignKeyViolation)
        throw new WroughtError(
          'NOT_FOUND',
          `${spec.subject} ${uuid}: ${spec.reference?.(values) ?? 'what it refers to'} could not be found.`,
          {
            cause: error,
          },
        );
      throw error;
    }
  }

  async function change(uuid: string, patch: object, conditions: readonly RawBuilder<SqlBool>[] = []): Promise<T | undefined> {
    const sets = Object.entries(patch)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => sql`${sql.ref(name)} = ${encode(name, value)}`);
    const statement = sql<object>`update ${table} set ${sql.join([...sets, sql`updated_at = ${clock.now()}`])}
      where uuid = ${uuid} and ${where(conditions)} returning *`;
    const { rows } = await explained(uuid, patch, () => statement.execute(transactor.writer()));
    return rows[0] && decode(rows[0]);
  }

  async function remove(uuid: string, conditions: readonly RawBuilder<SqlBool>[] = []): Promise<boolean> {
    const statement = sql<object>`delete from ${table} where uuid = ${uuid} and ${where(conditions)} returning uuid`;
    return (await statement.execute(transactor.writer())).rows.length > 0;
  }

  return {
    async insert(values, uuid = randomUUID()) {
      const given = values as Record<string, unknown>;
      const names = Object.keys(spec.columns);
      const all = ['uuid', 'created_at', ...names].map((name) => sql.ref(name));
      const statement = sql<object>`insert into ${table} (${sql.join(all)})
        values (${sql.join([uuid, clock.now(), ...names.map((name) => encode(name, given[name]))])}) returning *`;
      const { rows } = await explained(uuid, values, () => statement.execute(transactor.writer()));
      if (!rows[0]) throw new WroughtError('INTERNAL', `${spec.subject} ${uuid}: the insert gave no row back.`);
      return decode(rows[0]);
    },

    async findBy(column, value) {
      const { rows } = await sql<object>`select * from ${table} where ${sql.ref(column)} = ${value}`.execute(transactor.reader());
      return rows[0] && decode(rows[0]);
    },

    async list(conditions, page) {
      const { after, orderBy, limit } = keysetPage(spec.table, page, { isSortable: (key) => sortable.has(key) });
      const statement = sql<object>`select * from ${table} where ${where(after ? [...conditions, after] : conditions)}
        order by ${orderBy} limit ${limit}`;
      const { rows } = await statement.execute(transactor.reader());
      if (rows.length === 0) await requireMarker(transactor, spec.table, 'uuid', page.marker);
      return rows.map(decode);
    },

    async select(conditions) {
      const { rows } = await sql<object>`select * from ${table} where ${where(conditions)} order by id`.execute(transactor.reader());
      return rows.map(decode);
    },

    change,

    async update(uuid, patch) {
      const row = await change(uuid, patch);
      if (!row) throw notFound(uuid);
      return row;
    },

    remove,

    async delete(uuid) {
      if (!(await remove(uuid))) throw notFound(uuid);
    },

    notFound,
  };
}

/** The column is one of the values; an empty list matches nothing. */
export function oneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return values.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${sql.ref(column)} in (${sql.join(values)})`;
}

/** Rows of nodes for which `condition` (on `nodes`) holds. */
export function ofNodes(column: string, condition: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} in (select nodes.uuid from nodes where ${condition})`;
}

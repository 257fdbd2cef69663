import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** A prepared statement and whether it answers rows. */
export interface CachedStatement {
  readonly statement: StatementSync;
  readonly answersRows: boolean;
}

/** More than the program's distinct statements; the least recently used one goes first. */
const CAPACITY = 500;

/** Keeps prepared statements by their text: preparing costs several times what running a small statement does. */
export class StatementCache {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, CachedStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): CachedStatement {
    const known = this.#statements.get(sql);
    if (known) {
      this.#statements.delete(sql);
      this.#statements.set(sql, known);
      return known;
    }
    const statement = this.#database.prepare(sql);
    const made = { statement, answersRows: statement.columns().length > 0 };
    if (this.#statements.size >= CAPACITY) {
      const oldest = this.#statements.keys().next();
      if (!oldest.done) this.#statements.delete(oldest.value);
    }
    this.#statements.set(sql, made);
    return made;
  }
}

/** A parameter as `node:sqlite` takes it. @throws TypeError on what SQLite cannot store. */
export function toSqlValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw new TypeError(`a value of type ${typeof value} cannot be stored`);
}

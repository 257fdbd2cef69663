import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import { hasCode } from '../../model/errors.ts';
import { translateDatabaseError } from '../database-errors.ts';

/**
 * Kysely over a `pg` pool. Own instead of Kysely's because errors are given their meaning where they arise, and because repeated
 * statements are prepared once a connection.
 */
export class PgDialect implements Dialect {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }

  createDriver(): Driver {
    return new PgDriver(this.#pool);
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }
}

class PgDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #connections = new WeakMap<DatabaseConnection, PgConnection>();
  readonly #names = new StatementNames();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      const connection = new PgConnection(await this.#pool.connect(), this.#names);
      this.#connections.set(connection, connection);
      return connection;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#connections.get(connection)?.release();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
    // PostgreSQL answers COMMIT of a failed transaction with a rollback and no error.
    if (this.#connections.get(connection)?.lastCommand === 'ROLLBACK') throw new Error('the transaction failed before and was rolled back');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const own = this.#connections.get(connection);
    // The server rolls back by itself when the connection is gone; a second error would hide the first.
    if (own && !own.broken) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

class PgConnection implements DatabaseConnection {
  broken = false;
  lastCommand = '';
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames;
  /** While the client is lent out its connection errors come here and, by the failed statement, to the caller. */
  readonly #onError = (): void => {
    this.broken = true;
  };

  constructor(client: pg.PoolClient, names: StatementNames) {
    this.#client = client;
    this.#names = names;
    client.on('error', this.#onError);
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const name = query.parameters.length > 0 ? this.#names.of(query.sql) : undefined;
    try {
      const values = [...query.parameters];
      const config = name === undefined ? { text: query.sql, values } : { text: query.sql, values, name };
      // `any` from the driver: the caller names the row type, the rows are plain records of column values.
      const result: pg.QueryResult = await this.#client.query(config);
      this.lastCommand = result.command;
      return { rows: result.rows ?? [], numAffectedRows: BigInt(result.rowCount ?? 0) };
    } catch (error) {
      const meaning = translateDatabaseError(error);
      // The failed statement may be heard of before the client's own error event; such a client must not go back to the pool.
      if (hasCode(meaning, 'TEMPORARY_FAILURE')) this.broken = true;
      throw meaning;
    }
  }

  // biome-ignore lint/correctness/useYield: part of Kysely's interface that the store has no use for
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not used: rows are read at once');
  }

  release(): void {
    this.#client.off('error', this.#onError);
    this.#client.release(this.broken);
  }
}

/**
 * Names for server-side prepared statements. Planning a statement over a wide table costs more than running it, so those seen a few
 * times are prepared; the number is bounded because every connection keeps all of them.
 */
class StatementNames {
  readonly #seen = new Map<string, number>();
  readonly #names = new Map<string, string>();

  of(sql: string): string | undefined {
    const name = this.#names.get(sql);
    if (name !== undefined) return name;
    if (this.#names.size >= 200) return undefined;
    const count = (this.#seen.get(sql) ?? 0) + 1;
    if (count < 3) {
      if (this.#seen.size >= 1000) this.#seen.clear();
      this.#seen.set(sql, count);
      return undefined;
    }
    this.#seen.delete(sql);
    const made = `w${this.#names.size}`;
    this.#names.set(sql, made);
    return made;
  }
}

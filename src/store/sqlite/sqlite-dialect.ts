import type { DatabaseSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { translateDatabaseError } from '../database-errors.ts';
import { AsyncMutex } from './async-mutex.ts';
import { StatementCache, toSqlValue } from './statement-cache.ts';

/**
 * Kysely over one `node:sqlite` connection. The connection is handed out to one user at a time, so statements of interleaved
 * asynchronous work never join another's transaction.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #database: DatabaseSync;
  readonly #flush: (() => Promise<void>) | undefined;

  /** @param flush makes what was committed survive a power cut; whoever wrote waits for it, with the connection already given back. */
  constructor(database: DatabaseSync, flush?: () => Promise<void>) {
    this.#database = database;
    this.#flush = flush;
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#database, this.#flush);
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }
}

class NodeSqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: NodeSqliteConnection;
  readonly #mutex = new AsyncMutex();
  readonly #flush: (() => Promise<void>) | undefined;

  constructor(database: DatabaseSync, flush: (() => Promise<void>) | undefined) {
    this.#database = database;
    this.#flush = flush;
    this.#connection = new NodeSqliteConnection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.acquire();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const { wrote } = this.#connection;
    this.#connection.wrote = false;
    this.#mutex.release();
    // Kysely awaits this before it answers, for single statements and transactions alike: nothing is acknowledged that is not on the disk.
    if (wrote) await this.#flush?.();
  }

  /** The write lock is taken at once: a transaction that reads first and writes later could otherwise fail half-way as "busy". */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    this.#connection.inTransaction = true;
    this.#connection.failure = undefined;
    this.#connection.wrote = false;
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { wrote } = this.#connection;
    await connection.executeQuery(CompiledQuery.raw('commit'));
    this.#connection.inTransaction = false;
    this.#connection.wrote = wrote;
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.#connection.inTransaction = false;
    // SQLite itself rolls back on some errors (a full disk, say); a second rollback would hide the first error.
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
    this.#connection.wrote = false;
  }

  async destroy(): Promise<void> {
    await this.#mutex.acquire();
    this.#database.close();
    this.#mutex.release();
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  inTransaction = false;
  /** Statements other than a select have been run since the connection was handed out, or since the transaction began. */
  wrote = false;
  /**
   * First error inside the present transaction. As in PostgreSQL, nothing but a rollback is possible after it, so that code which
   * swallows an error behaves the same on both databases.
   */
  failure: unknown;
  readonly #statements: StatementCache;

  constructor(database: DatabaseSync) {
    this.#statements = new StatementCache(database);
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.inTransaction && this.failure !== undefined)
      throw new Error('the transaction failed before and can only be rolled back', { cause: this.failure });
    try {
      const { statement, answersRows } = this.#statements.get(query.sql);
      const parameters = query.parameters.map(toSqlValue);
      if (!SelectQueryNode.is(query.query)) this.wrote = true;
      if (answersRows) {
        // The caller names the row type; SQLite's rows are plain records of column values.
        const rows = statement.all(...parameters) as R[];
        return { rows };
      }
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      const meaning = translateDatabaseError(error);
      if (this.inTransaction) this.failure = meaning;
      throw meaning;
    }
  }

  // biome-ignore lint/correctness/useYield: part of Kysely's interface that the store has no use for
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not used with SQLite: rows are read at once');
  }
}

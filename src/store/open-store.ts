import { randomUUID } from 'node:crypto';
import { Kysely, type LogEvent } from 'kysely';
import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { allocationRepository } from './allocation-repository.ts';
import { chassisRepository } from './chassis-repository.ts';
import { conductorRepository } from './conductor-repository.ts';
import { type ConnectionTarget, parseConnectionString } from './connection-string.ts';
import type { Database } from './database.ts';
import { deployTemplateRepository } from './deploy-template-repository.ts';
import { eventRepository } from './event-repository.ts';
import { historyRepository } from './history-repository.ts';
import { inventoryRepository } from './inventory-repository.ts';
import { type MigrationStatus, migrationStatus, requireCurrentSchema, upgrade } from './migrate.ts';
import { nodeRepository } from './node-repository.ts';
import { portRepository } from './port-repository.ts';
import { portgroupRepository } from './portgroup-repository.ts';
import { listenForEvents, type NotificationListener } from './postgres/notification-listener.ts';
import { openPostgresPool } from './postgres/open-postgres.ts';
import { PgDialect } from './postgres/postgres-dialect.ts';
import { runbookRepository } from './runbook-repository.ts';
import { spentStepRepository } from './spent-step-repository.ts';
import { openSqlite, openSqliteReader } from './sqlite/open-sqlite.ts';
import { NodeSqliteDialect } from './sqlite/sqlite-dialect.ts';
import { createWalFlusher } from './sqlite/wal-flusher.ts';
import type { Repositories, Store } from './store.ts';
import { createTransactor, type Transactor } from './transactor.ts';
import { volumeConnectorRepository, volumeTargetRepository } from './volume-repository.ts';
import { eventWriter } from './write-events.ts';

/** A statement that takes longer is told of in the log. */
const SLOW_MS = 1000;

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** False: an old schema is refused instead of brought up to date. */
  readonly migrate?: boolean;
  /** Most connections to PostgreSQL; one more listens for events. */
  readonly poolSize?: number;
}

/**
 * Opens the database that a connection string names and brings its schema up to date.
 * @throws INVALID_PARAMETER (connection string), CONFLICT (schema newer than the program, or old with `migrate: false`),
 *   TEMPORARY_FAILURE (not reachable).
 */
export async function openStore(connection: string, options: StoreOptions): Promise<Store> {
  const { clock, log, migrate = true } = options;
  const target = parseConnectionString(connection);
  const opened = openDatabase(target, options);
  try {
    const place = { db: opened.db, dialect: target.dialect, shown: target.shown };
    if (migrate) {
      const taken = await upgrade(place, () => clock.now());
      if (taken.length > 0) log.info({ database: target.shown, steps: taken }, 'database schema brought up to date');
    } else await requireCurrentSchema(place);
    const instance = randomUUID();
    const transactor = createTransactor({
      dialect: target.dialect,
      db: opened.db,
      readDb: opened.openReader(),
      log,
      writeEvents: eventWriter(target.dialect, instance, () => clock.now()),
    });
    const listener =
      target.dialect === 'postgresql'
        ? await listenForEvents({ url: target.url, instance, clock, log, onEvents: transactor.tellListeners })
        : undefined;
    return assemble(transactor, clock, opened, listener);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Reads where the schema of a database stands, and changes nothing in it. */
export async function readMigrationStatus(connection: string, options: Pick<StoreOptions, 'log'>): Promise<MigrationStatus> {
  const target = parseConnectionString(connection);
  const opened = openDatabase(target, options);
  try {
    return await migrationStatus({ db: opened.db, dialect: target.dialect, shown: target.shown });
  } finally {
    await opened.close();
  }
}

interface OpenedDatabase {
  readonly db: Kysely<Database>;
  /** Where reads outside of transactions go; call it once the schema stands. */
  openReader(): Kysely<Database>;
  statements(): number;
  close(): Promise<void>;
}

function openDatabase(target: ConnectionTarget, { log, poolSize = 10 }: Pick<StoreOptions, 'log' | 'poolSize'>): OpenedDatabase {
  let statements = 0;
  const onQuery = (event: LogEvent): void => {
    statements++;
    if (event.queryDurationMillis > SLOW_MS)
      log.warn({ ms: Math.round(event.queryDurationMillis), sql: event.query.sql }, 'slow statement');
  };
  if (target.dialect === 'postgresql') {
    const db = new Kysely<Database>({ dialect: new PgDialect(openPostgresPool(target.url, poolSize, log)), log: onQuery });
    return { db, openReader: () => db, statements: () => statements, close: () => db.destroy() };
  }
  const { path } = target;
  const writer = openSqlite(path);
  const flusher = path !== null && target.synchronous === 'full' ? createWalFlusher(path) : undefined;
  const db = new Kysely<Database>({ dialect: new NodeSqliteDialect(writer, flusher?.flush), log: onQuery });
  const reader = { db };
  return {
    db,
    // A database in memory has one connection only: its reads wait for their turn.
    openReader() {
      if (path !== null) reader.db = new Kysely<Database>({ dialect: new NodeSqliteDialect(openSqliteReader(path)), log: onQuery });
      return reader.db;
    },
    statements: () => statements,
    async close() {
      await flusher?.close();
      if (reader.db !== db) await reader.db.destroy();
      await db.destroy();
      // Kysely closes what it has used; a database that nobody asked anything is closed here.
      if (writer.isOpen) writer.close();
    },
  };
}

function assemble(transactor: Transactor, clock: Clock, opened: OpenedDatabase, listener: NotificationListener | undefined): Store {
  const repositories: Repositories = {
    nodes: nodeRepository(transactor, clock),
    ports: portRepository(transactor, clock),
    portgroups: portgroupRepository(transactor, clock),
    deployTemplates: deployTemplateRepository(transactor, clock),
    runbooks: runbookRepository(transactor, clock),
    allocations: allocationRepository(transactor, clock),
    volumeConnectors: volumeConnectorRepository(transactor, clock),
    volumeTargets: volumeTargetRepository(transactor, clock),
    chassis: chassisRepository(transactor, clock),
    conductors: conductorRepository(transactor, clock),
    history: historyRepository(transactor, clock),
    events: eventRepository(transactor),
    inventory: inventoryRepository(transactor),
    spentSteps: spentStepRepository(transactor, clock),
  };
  return {
    ...repositories,
    dialect: transactor.dialect,
    transaction: (work) => transactor.transaction(() => work(repositories)),
    onEvents: (told) => transactor.onEvents(told),
    get statements() {
      return opened.statements();
    },
    async close() {
      await listener?.close();
      await opened.close();
    },
  };
}

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long a statement waits for another program that holds the file. Within one program nobody waits: the mutex comes first. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the writing connection of a database.
 *
 * Write-ahead log, so that readers never wait for a writer. `synchronous=normal`: the killing of the process loses nothing (the system
 * holds the written pages), but a power cut would, and a power cut in the machine room is when this service must not forget what it
 * acknowledged: a spent erase step, a lease token, an instance that was just deployed. So whoever writes waits for `wal-flusher.ts`,
 * which flushes the log for many writers at a time. `?synchronous=normal` in the connection string does without.
 *
 * @param path null opens a database in memory.
 */
export function openSqlite(path: string | null): DatabaseSync {
  if (path !== null) {
    mkdirSync(dirname(path), { recursive: true });
    // The file holds BMC passwords: created for its owner alone; the log files beside it inherit the mode.
    closeSync(openSync(path, 'a', 0o600));
  }
  const database = new DatabaseSync(path ?? ':memory:', { enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS });
  if (path !== null) database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = normal');
  // Sorting and grouping stay in memory. Pages are kept by the system too: a larger cache of our own is memory for no measurable speed.
  database.exec('pragma temp_store = memory; pragma cache_size = -8192');
  return database;
}

/** A second connection for reads outside of transactions: it sees the last committed state and waits for nobody. */
export function openSqliteReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  database.exec('pragma temp_store = memory; pragma cache_size = -8192');
  return database;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import type { Logger } from '../config/logger.ts';
import { messageOf } from '../model/errors.ts';
import type { NewOutboxEvent } from '../model/event.ts';
import type { Database } from './database.ts';
import { TransactionConflict } from './database-errors.ts';

/** Times a transaction is run again after the database gave it up in favour of another. */
const ATTEMPTS = 5;

interface Running {
  readonly db: Transaction<Database>;
  readonly events: NewOutboxEvent[];
  /** False once it has ended: work it started and did not await goes on outside of it. */
  active: boolean;
}

/** What repositories run their statements with. */
export interface Transactor {
  readonly dialect: 'sqlite' | 'postgresql';
  /** For a statement that only reads: the transaction this code runs in, or any connection. */
  reader(): Kysely<Database>;
  /** For a statement that writes: the transaction this code runs in, or one of its own. */
  writer(): Kysely<Database>;
  /** Runs `work` in a transaction; joins the one this code runs in already. */
  transaction<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>;
  /** Adds an event to the outbox in the present transaction, or in one of its own. */
  addEvent(event: NewOutboxEvent): Promise<void>;
  onEvents(listener: () => void): () => void;
  /** Calls the listeners: another process has committed events. */
  tellListeners(): void;
}

export interface TransactorParts {
  readonly dialect: 'sqlite' | 'postgresql';
  readonly db: Kysely<Database>;
  readonly readDb: Kysely<Database>;
  readonly log: Logger;
  /** Writes the events of a transaction as its last statements before the commit. */
  readonly writeEvents: (db: Kysely<Database>, events: readonly NewOutboxEvent[]) => Promise<void>;
}

/**
 * Transactions follow the asynchronous call chain (AsyncLocalStorage): whatever runs below `transaction()` takes part in it, whatever
 * runs beside it does not. A nested call joins, so functions that need a transaction compose.
 *
 * Events are written last, right before the commit. On PostgreSQL this is what keeps their ids in commit order; see `write-events.ts`.
 */
export function createTransactor({ dialect, db, readDb, log, writeEvents }: TransactorParts): Transactor {
  const current = new AsyncLocalStorage<Running | undefined>();
  const listeners = new Set<() => void>();

  function running(): Running | undefined {
    const found = current.getStore();
    return found?.active ? found : undefined;
  }

  function tellListeners(): void {
    // Outside of the transaction's context, or a listener's own work would appear to belong to it.
    current.run(undefined, () => {
      for (const listener of listeners) {
        try {
          listener();
        } catch (error) {
          log.error({ error: messageOf(error) }, 'a listener to outbox events failed');
        }
      }
    });
  }

  async function runOnce<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
    let wrote = false;
    const result = await db.transaction().execute(async (trx) => {
      const mine: Running = { db: trx, events: [], active: true };
      try {
        const answer = await current.run(mine, () => work(trx));
        if (mine.events.length > 0) {
          await writeEvents(trx, mine.events);
          wrote = true;
        }
        return answer;
      } finally {
        mine.active = false;
      }
    });
    if (wrote) tellListeners();
    return result;
  }

  async function transaction<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
    const outer = running();
    if (outer) return work(outer.db);
    for (let attempt = 1; ; attempt++) {
      try {
        return await runOnce(work);
      } catch (error) {
        if (!(error instanceof TransactionConflict) || attempt >= ATTEMPTS) throw error;
        log.debug({ attempt, error: messageOf(error.cause) }, 'a transaction is run again after a conflict');
      }
    }
  }

  return {
    dialect,
    reader: () => running()?.db ?? readDb,
    writer: () => running()?.db ?? db,
    transaction,
    tellListeners,
    async addEvent(event) {
      await transaction(async () => {
        running()?.events.push(event);
      });
    },
    onEvents(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

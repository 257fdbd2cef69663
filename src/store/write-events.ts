import { type Kysely, sql } from 'kysely';
import type { NewOutboxEvent } from '../model/event.ts';
import type { Database } from './database.ts';
import { EVENT_CHANNEL } from './postgres/notification-listener.ts';

/** Advisory lock of event writers: any number that nothing else in the database uses. */
const EVENT_LOCK = 0x77726f75;

/**
 * Writes a transaction's events as its last statements. Readers follow the outbox by id, so an id must never become visible after a
 * higher one was. SQLite has one writer at a time, which is enough. PostgreSQL hands ids out at insert and shows them at commit; two
 * transactions may do so crosswise, and a reader would pass over the lower id for ever. Therefore writers take turns from the insert
 * to the commit, by an advisory lock that ends with the transaction. It costs next to nothing: it is held for two statements, and
 * NOTIFY makes such commits take turns anyway. As nothing else is locked after it, it takes part in no deadlock.
 */
export function eventWriter(dialect: 'sqlite' | 'postgresql', instance: string, now: () => number) {
  return async (db: Kysely<Database>, events: readonly NewOutboxEvent[]): Promise<void> => {
    if (dialect === 'postgresql')
      await sql`select pg_advisory_xact_lock(${EVENT_LOCK}), pg_notify(${EVENT_CHANNEL}, ${instance})`.execute(db);
    const created_at = now();
    await db
      .insertInto('events')
      .values(
        events.map(({ kind, node_uuid, node_name, data }) => ({ created_at, kind, node_uuid, node_name, data: JSON.stringify(data) })),
      )
      .execute();
  };
}

import { type SqlBool, sql } from 'kysely';
import type { OutboxEvent } from '../model/event.ts';
import { parseObject } from './parse-column.ts';
import type { EventRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

/**
 * The outbox. A reader keeps the id of the last event it has seen and asks for what came `since`. Ids become visible in their order on
 * both databases (`write-events.ts` says how), so nothing is passed over. Events of a transaction that has not been committed are seen
 * by nobody, not even by that transaction.
 */
export function eventRepository(transactor: Transactor): EventRepository {
  return {
    add: (event) => transactor.addEvent(event),

    async since(afterId, limit, filter = {}) {
      const { nodeUuid, kinds } = filter;
      if (kinds?.length === 0) return [];
      const rows = await transactor
        .reader()
        .selectFrom('events')
        .selectAll()
        .where('id', '>', afterId)
        .$if(nodeUuid !== undefined, (query) => query.where('node_uuid', '=', nodeUuid ?? ''))
        .$if(kinds !== undefined, (query) => query.where(sql<SqlBool>`kind in (${sql.join(kinds ?? [])})`))
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row): OutboxEvent => ({ ...row, data: parseObject(row.data) }));
    },

    async lastId() {
      const row = await transactor
        .reader()
        .selectFrom('events')
        .select((eb) => eb.fn.max<number | null>('id').as('last'))
        .executeTakeFirst();
      return row?.last ?? 0;
    },

    async prune(before) {
      const result = await transactor.writer().deleteFrom('events').where('created_at', '<', before).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

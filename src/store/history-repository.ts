import { randomUUID } from 'node:crypto';
import { type SqlBool, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import { ForeignKeyViolation } from './database-errors.ts';
import { keysetPage } from './keyset-page.ts';
import { requireMarker } from './require-marker.ts';
import type { HistoryRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

const SORTABLE: ReadonlySet<string> = new Set([
  'id',
  'uuid',
  'created_at',
  'conductor',
  'severity',
  'event',
  'event_type',
  'user',
  'project',
  'state',
  'target_provision_state',
  'duration_seconds',
]);

/** The nodes' histories. */
export function historyRepository(transactor: Transactor, clock: Clock): HistoryRepository {
  return {
    async add(row) {
      try {
        return await transactor
          .writer()
          .insertInto('node_history')
          .values({ ...row, uuid: randomUUID(), created_at: clock.now() })
          .returningAll()
          .executeTakeFirstOrThrow();
      } catch (error) {
        if (error instanceof ForeignKeyViolation)
          throw new WroughtError('NOT_FOUND', `Node ${row.node_uuid} could not be found.`, { cause: error });
        throw error;
      }
    },

    async list(nodeUuid, page) {
      const { after, orderBy, limit } = keysetPage('node_history', page, { isSortable: (key) => SORTABLE.has(key) });
      const rows = await transactor
        .reader()
        .selectFrom('node_history')
        .selectAll()
        .where('node_uuid', '=', nodeUuid)
        .$if(after !== null, (query) => query.where(after ?? sql<SqlBool>`1 = 1`))
        .orderBy(orderBy)
        .limit(limit)
        .execute();
      if (rows.length === 0) await requireMarker(transactor, 'node_history', 'uuid', page.marker);
      return rows;
    },

    async get(nodeUuid, uuid) {
      return transactor
        .reader()
        .selectFrom('node_history')
        .selectAll()
        .where('uuid', '=', uuid)
        .where('node_uuid', '=', nodeUuid)
        .executeTakeFirst();
    },

    async prune(keep, before, batch) {
      const old = sql`select id from (
          select id, created_at, row_number() over (partition by node_uuid order by id desc) as place from node_history
        ) as ranked
        where place > ${keep} and created_at < ${before} order by id limit ${batch}`;
      const result = await sql`delete from node_history where id in (${old})`.execute(transactor.writer());
      return Number(result.numAffectedRows ?? 0n);
    },
  };
}

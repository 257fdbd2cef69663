import { randomUUID } from 'node:crypto';
import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Chassis } from '../model/chassis.ts';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import type { ChassisTable } from './database.ts';
import { ForeignKeyViolation, UniqueViolation } from './database-errors.ts';
import { keysetPage } from './keyset-page.ts';
import { parseObject } from './parse-column.ts';
import { requireMarker } from './require-marker.ts';
import type { ChassisRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

const SORTABLE: ReadonlySet<string> = new Set(['id', 'uuid', 'created_at', 'updated_at', 'description']);

/** Chassis in the database. */
export function chassisRepository(transactor: Transactor, clock: Clock): ChassisRepository {
  return {
    async create({ uuid = randomUUID(), description = null, extra = {} }) {
      try {
        const row = await transactor
          .writer()
          .insertInto('chassis')
          .values({ uuid, created_at: clock.now(), updated_at: null, description, extra: JSON.stringify(extra) })
          .returningAll()
          .executeTakeFirstOrThrow();
        return decode(row);
      } catch (error) {
        if (error instanceof UniqueViolation)
          throw new WroughtError('DUPLICATE', `A chassis with UUID ${uuid} already exists.`, { cause: error });
        throw error;
      }
    },

    async getByUuid(uuid) {
      const row = await transactor.reader().selectFrom('chassis').selectAll().where('uuid', '=', uuid).executeTakeFirst();
      return row && decode(row);
    },

    async list(page) {
      const { after, orderBy, limit } = keysetPage('chassis', page, { isSortable: (key) => SORTABLE.has(key) });
      const rows = await transactor
        .reader()
        .selectFrom('chassis')
        .selectAll()
        .$if(after !== null, (query) => query.where(after ?? sql<SqlBool>`1 = 1`))
        .orderBy(orderBy)
        .limit(limit)
        .execute();
      if (rows.length === 0) await requireMarker(transactor, 'chassis', 'uuid', page.marker);
      return rows.map(decode);
    },

    async update(uuid, { description, extra }) {
      const row = await transactor
        .writer()
        .updateTable('chassis')
        .set({
          updated_at: clock.now(),
          ...(description !== undefined && { description }),
          ...(extra !== undefined && { extra: JSON.stringify(extra) }),
        })
        .where('uuid', '=', uuid)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw notFound(uuid);
      return decode(row);
    },

    async delete(uuid) {
      try {
        const result = await transactor.writer().deleteFrom('chassis').where('uuid', '=', uuid).executeTakeFirst();
        if (result.numDeletedRows === 0n) throw notFound(uuid);
      } catch (error) {
        if (error instanceof ForeignKeyViolation)
          throw new WroughtError('INVALID_PARAMETER', `Chassis ${uuid} cannot be deleted: it still contains nodes.`, { cause: error });
        throw error;
      }
    },
  };
}

function decode(row: Selectable<ChassisTable>): Chassis {
  return { ...row, extra: parseObject(row.extra) };
}

function notFound(uuid: string): WroughtError {
  return new WroughtError('NOT_FOUND', `Chassis ${uuid} could not be found.`);
}

import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import type { ConductorRecord } from '../model/conductor-record.ts';
import { WroughtError } from '../model/errors.ts';
import type { ConductorsTable } from './database.ts';
import { keysetPage } from './keyset-page.ts';
import { parseStrings } from './parse-column.ts';
import { requireMarker } from './require-marker.ts';
import type { ConductorRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

const SORTABLE: ReadonlySet<string> = new Set(['id', 'hostname', 'created_at', 'updated_at', 'conductor_group', 'online']);

/** Registrations of conductors. */
export function conductorRepository(transactor: Transactor, clock: Clock): ConductorRepository {
  return {
    async register({ hostname, conductor_group, drivers, rpc_url }) {
      const now = clock.now();
      const values = { conductor_group, drivers: JSON.stringify(drivers), rpc_url, updated_at: now, online: 1 };
      const row = await transactor
        .writer()
        .insertInto('conductors')
        .values({ ...values, hostname, created_at: now })
        .onConflict((conflict) => conflict.column('hostname').doUpdateSet(values))
        .returningAll()
        .executeTakeFirstOrThrow();
      return decode(row);
    },

    async touch(hostname) {
      const result = await transactor
        .writer()
        .updateTable('conductors')
        .set({ updated_at: clock.now() })
        .where('hostname', '=', hostname)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async setOffline(hostname) {
      await transactor.writer().updateTable('conductors').set({ online: 0 }).where('hostname', '=', hostname).execute();
    },

    async get(hostname) {
      const row = await transactor.reader().selectFrom('conductors').selectAll().where('hostname', '=', hostname).executeTakeFirst();
      return row && decode(row);
    },

    async list(page) {
      const query = transactor.reader().selectFrom('conductors').selectAll();
      if (page === undefined) return (await query.orderBy('id').execute()).map(decode);
      const { after, orderBy, limit } = keysetPage('conductors', page, {
        isSortable: (key) => SORTABLE.has(key),
        markerColumn: 'hostname',
      });
      const rows = await query
        .$if(after !== null, (part) => part.where(after ?? sql<SqlBool>`1 = 1`))
        .orderBy(orderBy)
        .limit(limit)
        .execute();
      if (rows.length === 0) await requireMarker(transactor, 'conductors', 'hostname', page.marker);
      return rows.map(decode);
    },

    async delete(hostname) {
      const result = await transactor.writer().deleteFrom('conductors').where('hostname', '=', hostname).executeTakeFirst();
      if (result.numDeletedRows === 0n) throw new WroughtError('NOT_FOUND', `Conductor ${hostname} could not be found.`);
    },
  };
}

function decode(row: Selectable<ConductorsTable>): ConductorRecord {
  return { ...row, drivers: parseStrings(row.drivers), online: row.online === 1 };
}

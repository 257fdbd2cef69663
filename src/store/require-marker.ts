import { sql } from 'kysely';
import { WroughtError } from '../model/errors.ts';
import type { Transactor } from './transactor.ts';

/** A page after a marker came out empty: is it the end of the list, or is there no such marker? @throws NOT_FOUND. */
export async function requireMarker(transactor: Transactor, table: string, column: string, marker: string | undefined): Promise<void> {
  if (marker === undefined) return;
  const query = sql`select 1 from ${sql.table(table)} where ${sql.ref(column)} = ${marker}`;
  const { rows } = await query.execute(transactor.reader());
  if (rows.length === 0) throw new WroughtError('NOT_FOUND', `Marker ${marker} could not be found.`);
}

import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { WroughtError } from '../model/errors.ts';
import type { Page } from './store.ts';

/** What a page adds to a select: an additional condition, and the rest of the statement. */
export interface KeysetPage {
  readonly after: RawBuilder<SqlBool> | null;
  readonly orderBy: RawBuilder<unknown>;
  readonly limit: number;
}

/**
 * Paging by (sortKey, id): each page starts after the marker's own values, so that inserts and deletes between pages neither repeat nor
 * skip rows. Nulls come first in ascending order and last in descending order, as SQLite has it; PostgreSQL is told so.
 *
 * @param markerColumn column that a marker is a value of.
 * @throws INVALID_PARAMETER for a key that cannot be sorted by.
 */
export function keysetPage(
  table: string,
  page: Page,
  options: { isSortable: (key: string) => boolean; markerColumn?: string },
): KeysetPage {
  const { limit, marker, sortKey = 'id', sortDir = 'asc' } = page;
  if (!options.isSortable(sortKey)) throw new WroughtError('INVALID_PARAMETER', `Lists of ${table} cannot be sorted by "${sortKey}".`);
  const key = sql.ref(`${table}.${sortKey}`);
  const id = sql.ref(`${table}.id`);
  const descending = sortDir === 'desc';
  const direction = descending ? sql`desc nulls last` : sql`asc nulls first`;
  // `id` is never null; naming a null order would keep PostgreSQL from using its index.
  const idDirection = descending ? sql`desc` : sql`asc`;
  return {
    limit,
    orderBy: sortKey === 'id' ? sql`${id} ${idDirection}` : sql`${key} ${direction}, ${id} ${idDirection}`,
    after: marker === undefined ? null : afterMarker(),
  };

  function afterMarker(): RawBuilder<SqlBool> {
    const of = (column: string): RawBuilder<unknown> =>
      sql`(select m.${sql.ref(column)} from ${sql.table(table)} as m where m.${sql.ref(options.markerColumn ?? 'uuid')} = ${marker})`;
    const than = descending ? sql`<` : sql`>`;
    if (sortKey === 'id') return sql<SqlBool>`${id} ${than} ${of('id')}`;
    const beyond = descending
      ? sql`(${key} < ${of(sortKey)} or (${key} is null and ${of(sortKey)} is not null))`
      : sql`(${key} > ${of(sortKey)} or (${key} is not null and ${of(sortKey)} is null))`;
    const level = sql`(${key} = ${of(sortKey)} or (${key} is null and ${of(sortKey)} is null))`;
    return sql<SqlBool>`(${of('id')} is not null and (${beyond} or (${level} and ${id} ${than} ${of('id')})))`;
  }
}

import type { Page } from '../../store/store.ts';
import { invalid, newerVersionNeeded } from '../http/error-replies.ts';
import type { Parameters } from '../http/parameter.ts';
import { findField, type ResourceTable } from './field.ts';
import { isUuid } from './identifier.ts';

/** Query parameters of every paged list. */
export const PAGE_PARAMETERS = {
  limit: { type: 'integer' },
  marker: { type: 'string' },
  sort_key: { type: 'string' },
  sort_dir: { type: 'string' },
} as const satisfies Parameters;

interface PageValues {
  readonly limit?: number | undefined;
  readonly marker?: string | undefined;
  readonly sort_key?: string | undefined;
  readonly sort_dir?: string | undefined;
}

/**
 * The page that a list request asks for. @throws INVALID_PARAMETER, NOT_ACCEPTABLE (sort key newer than the version). An unknown marker
 * is the store's to find.
 */
export function parsePage(
  table: ResourceTable,
  values: PageValues,
  minor: number,
  maxLimit: number,
  defaultSortKey = 'id',
): Page & { limit: number } {
  const limit = values.limit ?? maxLimit;
  if (limit <= 0) throw invalid(`limit must be a positive integer, not ${limit}`);
  const sortKey = values.sort_key || defaultSortKey;
  checkSortKey(table, sortKey, minor);
  const sortDir = values.sort_dir || 'asc';
  if (sortDir !== 'asc' && sortDir !== 'desc') throw invalid(`sort_dir must be asc or desc, not ${JSON.stringify(sortDir.slice(0, 50))}`);
  if (values.marker && table.key === 'uuid' && !isUuid(values.marker)) {
    throw invalid(`marker must be the UUID of a ${table.name}, not ${JSON.stringify(values.marker.slice(0, 100))}`);
  }
  return { limit: Math.min(limit, maxLimit), sortKey, sortDir, ...(values.marker ? { marker: values.marker } : {}) };
}

function checkSortKey(table: ResourceTable, name: string, minor: number): void {
  if (name === 'id') return;
  const field = findField(table, name);
  if (!field?.sortable) throw invalid(`A list of ${table.collection} cannot be sorted by ${JSON.stringify(name.slice(0, 100))}`);
  if (field.since > minor) throw newerVersionNeeded(`Sort key ${name}`, field.since);
}

/**
 * Absolute URL of the next page, with every parameter of this one; null when the page was not full.
 * @param last key of the last item
 */
export function nextLink(
  request: { base: string; path: string; query: ReadonlyMap<string, readonly string[]> },
  page: { limit: number },
  count: number,
  last: string | undefined,
): string | null {
  if (last === undefined || count < page.limit) return null;
  const query = new URLSearchParams();
  for (const [name, values] of request.query) {
    if (name !== 'marker' && name !== 'limit') for (const value of values) query.append(name, value);
  }
  query.set('limit', String(page.limit));
  query.set('marker', last);
  return `${request.base}/v1${request.path}?${query.toString().replaceAll('%2C', ',')}`;
}

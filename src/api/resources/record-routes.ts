/** The five routes that resources of one table have in common: list, create, read, patch, delete. */
import type { Json, JsonObject } from '../../model/json.ts';
import type { Page } from '../../store/store.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import type { ResourceTable, Row } from '../fields/field.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../fields/page-request.ts';
import { parseDocument } from '../fields/parse-document.ts';
import { type Patched, patchResource } from '../fields/patch-resource.ts';
import { renderCollection } from '../fields/render-value.ts';
import { selectView } from '../fields/select-view.ts';
import { storedValues } from '../fields/stored-values.ts';
import { type ApiRequest, param } from '../http/api-request.ts';
import { documentRoute, route } from '../http/define-route.ts';
import { noIdentifier } from '../http/no-identifier.ts';
import type { Parameters, Values } from '../http/parameter.ts';
import { created, done, ok } from '../http/reply.ts';
import type { Below, Route } from '../http/route.ts';
import { renderContext } from './nodes/node-view.ts';

export interface RecordResource<T extends { uuid: string }, Q extends Parameters> {
  readonly table: ResourceTable;
  /** Path of the collection below `/v1`. */
  readonly path: string;
  readonly since: number;
  /** Answer below `since`: of GET, and of the other methods. */
  readonly below: readonly [get: Below, others: Below];
  /** First version of PATCH where that differs. */
  readonly patchSince?: number;
  /** False: lists show all fields and take no `detail`. */
  readonly detail: boolean;
  /** Filters of the list. */
  readonly query: Q;
  row(record: T, minor: number): Row;
  find(request: ApiRequest, ident: string): Promise<T>;
  list(request: ApiRequest, filter: Values<Q>, page: Page): Promise<T[]>;
  create(request: ApiRequest, values: JsonObject): Promise<T>;
  update(request: ApiRequest, record: T, patched: Patched): Promise<T>;
  delete(request: ApiRequest, record: T): Promise<void>;
}

/** Name of the variable segment. */
const IDENT = 'ident';

/** Routes of the resource, and how one record is shown and found from elsewhere. */
export function recordRoutes<T extends { uuid: string }, Q extends Parameters>(
  dependencies: ApiDependencies,
  resource: RecordResource<T, Q>,
): Route[] {
  const { table, path, since, below } = resource;
  const get = { since, below: below[0] };
  const write = { since, below: below[1] };
  const one = `${path}/{${IDENT}}`;
  const show = (request: ApiRequest, record: T, fields?: readonly string[]): string =>
    showRecord(dependencies, resource, request, record, fields);
  const ofPath = (request: ApiRequest): Promise<T> => resource.find(request, param(request, IDENT));
  return [
    listRoute(dependencies, resource, path, resource.list),
    documentRoute({
      method: 'POST',
      path,
      ...write,
      async handle(request, body: Json) {
        const record = await resource.create(request, parseDocument(table, body, request.minor));
        return created(show(request, record), `${request.base}/v1${path}/${record.uuid}`);
      },
    }),
    route({
      method: 'GET',
      path: one,
      ...get,
      query: { fields: { type: 'list' } },
      handle: async (request, query) => ok(show(request, await ofPath(request), query.fields)),
    }),
    documentRoute({
      method: 'PATCH',
      path: one,
      ...write,
      since: resource.patchSince ?? since,
      async handle(request, body) {
        const record = await ofPath(request);
        const patched = patchResource(table, body, storedValues(table, record), request.minor);
        return ok(show(request, await resource.update(request, record, patched)));
      },
    }),
    route({
      method: 'DELETE',
      path: one,
      ...write,
      async handle(request) {
        await resource.delete(request, await ofPath(request));
        return done();
      },
    }),
    { ...noIdentifier('PATCH', path), ...write },
  ];
}

/** A list of the resource at any path. */
export function listRoute<T extends { uuid: string }, Q extends Parameters>(
  { conductor, config }: ApiDependencies,
  resource: Pick<RecordResource<T, Q>, 'table' | 'since' | 'below' | 'detail' | 'query' | 'row'>,
  path: string,
  list: RecordResource<T, Q>['list'],
): Route {
  const { table, detail } = resource;
  const common = {
    ...PAGE_PARAMETERS,
    fields: { type: 'list' },
    ...(detail ? { detail: { type: 'boolean' } } : {}),
  } as const satisfies Parameters;
  return route({
    method: 'GET',
    path,
    since: resource.since,
    below: resource.below[0],
    query: { ...common, ...resource.query } as Parameters,
    async handle(request, values) {
      // The route parsed what the two tables, put together, say.
      const query = values as Values<typeof PAGE_PARAMETERS> & { fields?: readonly string[]; detail?: boolean };
      const filter = values as Values<Q>;
      const view = selectView(table, request.minor, { fields: query.fields, detail: query.detail, short: detail });
      const page = parsePage(table, query, request.minor, config.integer('api', 'max_limit'));
      const records = await list(request, filter, page);
      const context = renderContext(request, conductor);
      const rows = records.map((record) => view.render(resource.row(record, request.minor), context));
      return ok(renderCollection(table.collection, rows, nextLink(request, page, rows.length, records.at(-1)?.uuid)));
    },
  });
}

/** JSON text of one record, whole or as `fields=` asks. */
export function showRecord<T extends { uuid: string }>(
  { conductor }: ApiDependencies,
  resource: Pick<RecordResource<T, Parameters>, 'table' | 'row'>,
  request: ApiRequest,
  record: T,
  fields?: readonly string[],
): string {
  const view = selectView(resource.table, request.minor, { fields, short: false });
  return view.render(resource.row(record, request.minor), renderContext(request, conductor));
}

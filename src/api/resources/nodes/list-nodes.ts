import type { NodeFilter } from '../../../store/store.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../../fields/page-request.ts';
import { renderCollection } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { ok, type Reply } from '../../http/reply.ts';
import { NODE_TABLE } from './node-fields.ts';
import { NODE_FILTERS, nodeFilter } from './node-filters.ts';
import { nodeColumns } from './node-row.ts';
import { renderContext } from './node-view.ts';

/** Query of `GET /v1/nodes`. */
export const NODE_LIST_QUERY = {
  ...PAGE_PARAMETERS,
  ...NODE_FILTERS,
  fields: { type: 'list' },
  detail: { type: 'boolean', since: 43, below: 400 },
} as const satisfies Parameters;

/** Query of `GET /v1/nodes/detail`. */
export const NODE_DETAIL_QUERY = {
  ...PAGE_PARAMETERS,
  ...NODE_FILTERS,
  include_children: { type: 'boolean' },
  parent_node: { type: 'string' },
} as const satisfies Parameters;

type ListValues = Values<typeof NODE_DETAIL_QUERY> & { fields?: readonly string[] | undefined; detail?: boolean | undefined };

/**
 * Answers a list of nodes: one query for the page, rows spliced into the answer as they are stored.
 * @param fixed what the path says beside the query (the chassis)
 */
export async function listNodes(
  request: ApiRequest,
  dependencies: ApiDependencies,
  values: ListValues,
  options: { detail: boolean; fixed?: NodeFilter },
): Promise<Reply> {
  const { store, conductor, config } = dependencies;
  const view = selectView(NODE_TABLE, request.minor, {
    fields: values.fields,
    detail: options.detail || values.detail,
    short: true,
    alwaysRead: ['uuid'],
  });
  const page = parsePage(NODE_TABLE, values, request.minor, config.integer('api', 'max_limit'));
  const filter = { ...(await nodeFilter(values, dependencies)), ...options.fixed };
  const rows = await store.nodes.list(filter, page, nodeColumns(view.columns));
  const context = renderContext(request, conductor);
  const items = rows.map((row) => view.render(row, context));
  // An instance sits on one node at most: there is nothing to go on to.
  const next = values.instance_uuid === undefined ? nextLink(request, page, items.length, rows.at(-1)?.uuid) : null;
  return ok(renderCollection('nodes', items, next));
}

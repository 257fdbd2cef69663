import type { PortgroupFilter } from '../../../store/portgroup-repository.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../../fields/page-request.ts';
import { renderCollection } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { ok, type Reply } from '../../http/reply.ts';
import { renderContext } from '../nodes/node-view.ts';
import { findNode } from '../nodes/resolve-node.ts';
import { checkMac } from '../ports/port-fields.ts';
import { PORTGROUP_TABLE, portgroupRow } from './portgroup-fields.ts';

/** Query of `GET /v1/portgroups/detail`. */
export const PORTGROUP_DETAIL_QUERY = {
  ...PAGE_PARAMETERS,
  node: { type: 'string' },
  address: { type: 'string' },
  shard: { type: 'list', since: 106 },
  conductor_groups: { type: 'list' },
} as const satisfies Parameters;

/** Query of `GET /v1/portgroups`. */
export const PORTGROUP_LIST_QUERY = {
  ...PORTGROUP_DETAIL_QUERY,
  fields: { type: 'list' },
  detail: { type: 'boolean', since: 43, below: 400 },
} as const satisfies Parameters;

type ListValues = Values<typeof PORTGROUP_DETAIL_QUERY> & { fields?: readonly string[] | undefined; detail?: boolean | undefined };

/** Answers a list of portgroups. @param options.nodeUuid the node of the path, for lists below a node */
export async function listPortgroups(
  request: ApiRequest,
  dependencies: ApiDependencies,
  values: ListValues,
  options: { detail: boolean; nodeUuid?: string },
): Promise<Reply> {
  const { store, conductor, config } = dependencies;
  const view = selectView(PORTGROUP_TABLE, request.minor, {
    fields: values.fields,
    detail: options.detail || values.detail,
    short: true,
  });
  const page = parsePage(PORTGROUP_TABLE, values, request.minor, config.integer('api', 'max_limit'));
  const filter = await portgroupFilter(request, values, dependencies);
  if (options.nodeUuid !== undefined) filter.nodeUuid = options.nodeUuid;
  const groups = await store.portgroups.list(filter, page);
  const context = renderContext(request, conductor);
  const rows = groups.map((group) => view.render(portgroupRow(group), context));
  return ok(renderCollection('portgroups', rows, nextLink(request, page, rows.length, groups.at(-1)?.uuid)));
}

/** @throws NOT_FOUND for an unknown node, INVALID_PARAMETER for two filters at once. */
async function portgroupFilter(request: ApiRequest, values: ListValues, { store }: ApiDependencies): Promise<PortgroupFilter> {
  const { node, address, shard, conductor_groups: groups } = values;
  const given = [node, address, shard?.length ? shard : undefined, groups?.length ? groups : undefined].filter(
    (each) => each !== undefined,
  );
  if (given.length > 1) throw invalid('Portgroups can be listed by one of node, address, shard and conductor_groups, not by two of them');
  const filter: PortgroupFilter = {};
  if (address !== undefined) filter.address = checkMac(address);
  if (shard?.length) filter.shards = shard;
  if (groups?.length) filter.conductorGroups = groups.map((group) => group.toLowerCase());
  if (node !== undefined) {
    const found = await findNode(store, node, request.minor);
    if (!found) throw notFound(`Node ${node.slice(0, 255)} could not be found`);
    filter.nodeUuid = found.uuid;
  }
  return filter;
}

import { WroughtError } from '../../../model/errors.ts';
import type { Port } from '../../../model/port.ts';
import type { PortFilter } from '../../../store/store.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../../fields/page-request.ts';
import { renderCollection } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { invalid, newerVersionNeeded, notFound } from '../../http/error-replies.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { ok, type Reply } from '../../http/reply.ts';
import { renderContext } from '../nodes/node-view.ts';
import { findNode, NAMES_SINCE } from '../nodes/resolve-node.ts';
import { findPortgroup } from '../portgroups/find-portgroup.ts';
import { checkMac, PORT_TABLE, portRow } from './port-fields.ts';

const FILTERS = {
  node: { type: 'string' },
  node_uuid: { type: 'uuid' },
  address: { type: 'string' },
  portgroup: { type: 'string', since: 24 },
  shard: { type: 'list', since: 82 },
  description_contains: { type: 'string' },
  conductor_groups: { type: 'list' },
} as const satisfies Parameters;

/** Query of `GET /v1/ports/detail`. */
export const PORT_DETAIL_QUERY = { ...PAGE_PARAMETERS, ...FILTERS } as const satisfies Parameters;

/** Query of `GET /v1/ports`. */
export const PORT_LIST_QUERY = {
  ...PORT_DETAIL_QUERY,
  fields: { type: 'list' },
  detail: { type: 'boolean', since: 43, below: 400 },
} as const satisfies Parameters;

type ListValues = Values<typeof PORT_DETAIL_QUERY> & { fields?: readonly string[] | undefined; detail?: boolean | undefined };

/** Whose ports a list below another resource shows. */
interface PathOwner {
  readonly nodeUuid?: string;
  readonly portgroupUuid?: string;
}

/**
 * Answers a list of ports.
 * @param options.nodeUuid the node of the path, for lists below a node; `portgroupUuid` alike
 */
export async function listPorts(
  request: ApiRequest,
  dependencies: ApiDependencies,
  values: ListValues,
  options: { detail: boolean } & PathOwner,
): Promise<Reply> {
  const { store, conductor, config } = dependencies;
  const view = selectView(PORT_TABLE, request.minor, { fields: values.fields, detail: options.detail || values.detail, short: true });
  const page = parsePage(PORT_TABLE, values, request.minor, config.integer('api', 'max_limit'));
  const filter = await portFilter(request, values, dependencies, options);
  const ports: readonly Port[] = await store.ports.list(filter, page);
  const context = renderContext(request, conductor);
  const rows = ports.map((port) => view.render(portRow(port), context));
  return ok(renderCollection('ports', rows, nextLink(request, page, rows.length, ports.at(-1)?.uuid)));
}

/** @throws NOT_FOUND for an unknown node or portgroup, 403 for two owners at once, INVALID_PARAMETER. */
async function portFilter(request: ApiRequest, values: ListValues, { store }: ApiDependencies, path: PathOwner): Promise<PortFilter> {
  const filter: PortFilter = {};
  const node = values.node ?? values.node_uuid;
  const owners = [node, values.portgroup, values.shard?.length ? 'shard' : undefined].filter((each) => each !== undefined);
  if (owners.length > 1) {
    throw new WroughtError('NOT_AUTHORIZED', 'Ports can be listed by one of node, portgroup and shard, not by two of them');
  }
  if (values.conductor_groups?.length) {
    if (owners.length > 0 || values.address !== undefined || path.nodeUuid !== undefined || path.portgroupUuid !== undefined) {
      throw invalid('conductor_groups cannot be combined with node, portgroup, shard or address');
    }
    filter.conductorGroups = values.conductor_groups.map((group) => group.toLowerCase());
  }
  if (values.address !== undefined) filter.address = checkMac(values.address);
  if (values.description_contains !== undefined) filter.descriptionContains = values.description_contains;
  if (values.shard?.length) filter.shards = values.shard;
  if (values.portgroup !== undefined) filter.portgroupUuid = (await findPortgroup(store, values.portgroup)).uuid;
  if (node !== undefined) {
    if (!isUuid(node) && request.minor < NAMES_SINCE) throw newerVersionNeeded('Listing ports by node name', NAMES_SINCE);
    const found = await findNode(store, node, request.minor);
    if (!found) throw notFound(`Node ${node.slice(0, 255)} could not be found`);
    filter.nodeUuid = found.uuid;
  }
  if (path.nodeUuid !== undefined) filter.nodeUuid = path.nodeUuid;
  if (path.portgroupUuid !== undefined) filter.portgroupUuid = path.portgroupUuid;
  return filter;
}

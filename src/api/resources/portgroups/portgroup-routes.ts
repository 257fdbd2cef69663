import type { Json, JsonObject } from '../../../model/json.ts';
import type { NewPortgroup, Portgroup, PortgroupPatch } from '../../../model/portgroup.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { parseDocument } from '../../fields/parse-document.ts';
import { patchResource, removesRoot } from '../../fields/patch-resource.ts';
import { basisOf, retryStale } from '../../fields/retry-stale.ts';
import { selectView } from '../../fields/select-view.ts';
import { storedValues } from '../../fields/stored-values.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { invalid } from '../../http/error-replies.ts';
import { noIdentifier } from '../../http/no-identifier.ts';
import { created, done, ok, type Reply } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { renderContext } from '../nodes/node-view.ts';
import { nodeOfPath } from '../nodes/resolve-node.ts';
import { listPorts, PORT_DETAIL_QUERY, PORT_LIST_QUERY } from '../ports/list-ports.ts';
import { findPortgroup } from './find-portgroup.ts';
import { listPortgroups, PORTGROUP_DETAIL_QUERY, PORTGROUP_LIST_QUERY } from './list-portgroups.ts';
import { PORTGROUP_TABLE, portgroupRow } from './portgroup-fields.ts';

const SINCE = 23;
/** Lists below a node, and of a portgroup's ports. */
const NESTED = { since: 24, below: '404B' } as const;

/** `/v1/portgroups`, their ports, and the portgroups of a node. */
export function portgroupRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor } = dependencies;
  const ofPath = (request: ApiRequest): Promise<Portgroup> => findPortgroup(store, param(request, 'portgroup'));
  return [
    route({
      method: 'GET',
      path: '/portgroups',
      since: SINCE,
      query: PORTGROUP_LIST_QUERY,
      handle: (request, query) => listPortgroups(request, dependencies, query, { detail: false }),
    }),
    route({
      method: 'GET',
      path: '/portgroups/detail',
      since: SINCE,
      query: PORTGROUP_DETAIL_QUERY,
      handle: (request, query) => listPortgroups(request, dependencies, query, { detail: true }),
    }),
    documentRoute({ method: 'POST', path: '/portgroups', since: SINCE, handle: (request, body) => create(request, body, dependencies) }),
    route({
      method: 'GET',
      path: '/portgroups/{portgroup}',
      since: SINCE,
      query: { fields: { type: 'list' } },
      handle: async (request, query) => ok(render(request, dependencies, await ofPath(request), query.fields)),
    }),
    documentRoute({
      method: 'PATCH',
      path: '/portgroups/{portgroup}',
      since: SINCE,
      handle: (request, body) =>
        retryStale(`Portgroup ${param(request, 'portgroup')}`, async () => patch(request, body, await ofPath(request), dependencies)),
    }),
    route({
      method: 'DELETE',
      path: '/portgroups/{portgroup}',
      since: SINCE,
      async handle(request) {
        await conductor.destroyPortgroup(request.context, (await ofPath(request)).uuid);
        return done();
      },
    }),
    { ...noIdentifier('PATCH', '/portgroups'), since: SINCE },
    { ...noIdentifier('DELETE', '/portgroups'), since: SINCE },
    ...[false, true].flatMap((detail) => [
      route({
        method: 'GET',
        path: `/portgroups/{portgroup}/ports${detail ? '/detail' : ''}`,
        ...NESTED,
        query: detail ? PORT_DETAIL_QUERY : PORT_LIST_QUERY,
        handle: async (request, query) => listPorts(request, dependencies, query, { detail, portgroupUuid: (await ofPath(request)).uuid }),
      }),
      route({
        method: 'GET',
        path: `/nodes/{node}/portgroups${detail ? '/detail' : ''}`,
        ...NESTED,
        query: detail ? PORTGROUP_DETAIL_QUERY : PORTGROUP_LIST_QUERY,
        handle: async (request, query) =>
          listPortgroups(request, dependencies, query, { detail, nodeUuid: (await nodeOfPath(store, request)).uuid }),
      }),
    ]),
  ];
}

function render(request: ApiRequest, { conductor }: ApiDependencies, group: Portgroup, fields?: readonly string[]): string {
  const view = selectView(PORTGROUP_TABLE, request.minor, { fields, short: false });
  return view.render(portgroupRow(group), renderContext(request, conductor));
}

async function create(request: ApiRequest, body: Json, dependencies: ApiDependencies): Promise<Reply> {
  const values = parseDocument(PORTGROUP_TABLE, body, request.minor);
  await checkNode(values, dependencies);
  const group = await dependencies.store.portgroups.create(asNew(withMode(values, dependencies)));
  return created(render(request, dependencies, group), `${request.base}/v1/portgroups/${group.uuid}`);
}

async function patch(request: ApiRequest, body: Json, group: Portgroup, dependencies: ApiDependencies): Promise<Reply> {
  const { operations, changed } = patchResource(PORTGROUP_TABLE, body, storedValues(PORTGROUP_TABLE, group), request.minor);
  if (removesRoot(operations, 'mode')) throw invalid('mode of a portgroup cannot be removed');
  await checkNode(changed, dependencies);
  const updated =
    Object.keys(changed).length === 0
      ? group
      : await dependencies.conductor.updatePortgroup(request.context, group.uuid, asPatch(withModeIfNull(changed, dependencies)), {
          basedOn: basisOf(group, changed),
        });
  return ok(render(request, dependencies, updated));
}

/** @throws INVALID_PARAMETER: the wrong thing is in the body, so 400 and not 404. */
async function checkNode(values: JsonObject, { store }: ApiDependencies): Promise<void> {
  const uuid = values.node_uuid;
  if (typeof uuid === 'string' && (await store.nodes.getByUuid(uuid)) === undefined) throw invalid(`Node ${uuid} does not exist`);
}

function withMode(values: JsonObject, { config }: ApiDependencies): JsonObject {
  return { ...values, mode: values.mode || config.string('DEFAULT', 'default_portgroup_mode') };
}

function withModeIfNull(values: JsonObject, dependencies: ApiDependencies): JsonObject {
  return values.mode === null ? withMode(values, dependencies) : values;
}

/** Values checked by the field table, as the typed records that they are. */
function asNew(values: JsonObject): NewPortgroup {
  return values as unknown as NewPortgroup;
}

function asPatch(values: JsonObject): PortgroupPatch {
  return values as PortgroupPatch;
}

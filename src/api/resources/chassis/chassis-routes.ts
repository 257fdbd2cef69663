import type { Chassis, ChassisPatch } from '../../../model/chassis.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../../fields/page-request.ts';
import { parseDocument } from '../../fields/parse-document.ts';
import { patchResource } from '../../fields/patch-resource.ts';
import { renderCollection } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import { noIdentifier } from '../../http/no-identifier.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { created, done, ok, type Reply } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { listNodes, NODE_DETAIL_QUERY, NODE_LIST_QUERY } from '../nodes/list-nodes.ts';
import { renderContext } from '../nodes/node-view.ts';
import { CHASSIS_TABLE, chassisRow } from './chassis-fields.ts';

const DETAIL_QUERY = PAGE_PARAMETERS;
const LIST_QUERY = {
  ...PAGE_PARAMETERS,
  fields: { type: 'list' },
  detail: { type: 'boolean', since: 43, below: 400 },
} as const satisfies Parameters;
type ListValues = Values<typeof DETAIL_QUERY> & { fields?: readonly string[] | undefined; detail?: boolean | undefined };

/** `/v1/chassis` and the nodes of a chassis. */
export function chassisRoutes(dependencies: ApiDependencies): Route[] {
  return [
    route({ method: 'GET', path: '/chassis', query: LIST_QUERY, handle: (request, query) => list(request, query, false, dependencies) }),
    route({
      method: 'GET',
      path: '/chassis/detail',
      query: DETAIL_QUERY,
      handle: (request, query) => list(request, query, true, dependencies),
    }),
    documentRoute({ method: 'POST', path: '/chassis', handle: (request, body) => create(request, body, dependencies) }),
    route({
      method: 'GET',
      path: '/chassis/{chassis}',
      query: { fields: { type: 'list' } },
      async handle(request, query) {
        return ok(render(request, dependencies, await chassisOfPath(request, dependencies), query.fields));
      },
    }),
    documentRoute({ method: 'PATCH', path: '/chassis/{chassis}', handle: (request, body) => patch(request, body, dependencies) }),
    route({
      method: 'DELETE',
      path: '/chassis/{chassis}',
      async handle(request) {
        const chassis = await chassisOfPath(request, dependencies);
        await dependencies.store.chassis.delete(chassis.uuid);
        return done();
      },
    }),
    noIdentifier('PATCH', '/chassis'),
    noIdentifier('DELETE', '/chassis'),
    ...[false, true].map((detail) =>
      route({
        method: 'GET',
        path: `/chassis/{chassis}/nodes${detail ? '/detail' : ''}`,
        query: detail ? NODE_DETAIL_QUERY : NODE_LIST_QUERY,
        async handle(request, query) {
          const chassis = await chassisOfPath(request, dependencies);
          return listNodes(request, dependencies, query, { detail, fixed: { chassisUuid: chassis.uuid } });
        },
      }),
    ),
  ];
}

async function chassisOfPath(request: ApiRequest, { store }: ApiDependencies): Promise<Chassis> {
  const uuid = param(request, 'chassis');
  if (!isUuid(uuid)) throw invalid(`A chassis is named by its UUID, not ${JSON.stringify(uuid.slice(0, 255))}`);
  const chassis = await store.chassis.getByUuid(uuid);
  if (!chassis) throw notFound(`Chassis ${uuid} could not be found`);
  return chassis;
}

function render(request: ApiRequest, { conductor }: ApiDependencies, chassis: Chassis, fields?: readonly string[]): string {
  return selectView(CHASSIS_TABLE, request.minor, { fields, short: false }).render(chassisRow(chassis), renderContext(request, conductor));
}

async function list(request: ApiRequest, values: ListValues, detail: boolean, dependencies: ApiDependencies): Promise<Reply> {
  const { store, conductor, config } = dependencies;
  const view = selectView(CHASSIS_TABLE, request.minor, { fields: values.fields, detail: detail || values.detail, short: true });
  const page = parsePage(CHASSIS_TABLE, values, request.minor, config.integer('api', 'max_limit'));
  const items = await store.chassis.list(page);
  const context = renderContext(request, conductor);
  const rows = items.map((chassis) => view.render(chassisRow(chassis), context));
  return ok(renderCollection('chassis', rows, nextLink(request, page, rows.length, items.at(-1)?.uuid)));
}

async function create(request: ApiRequest, body: Json, dependencies: ApiDependencies): Promise<Reply> {
  const values = parseDocument(CHASSIS_TABLE, body, request.minor);
  const chassis = await dependencies.store.chassis.create(asChassis(values));
  return created(render(request, dependencies, chassis), `${request.base}/v1/chassis/${chassis.uuid}`);
}

async function patch(request: ApiRequest, body: Json, dependencies: ApiDependencies): Promise<Reply> {
  const chassis = await chassisOfPath(request, dependencies);
  const stored = { uuid: chassis.uuid, description: chassis.description, extra: chassis.extra };
  const { changed } = patchResource(CHASSIS_TABLE, body, stored, request.minor);
  if (changed.uuid !== undefined) throw invalid('uuid of a chassis cannot be changed');
  const updated = Object.keys(changed).length === 0 ? chassis : await dependencies.store.chassis.update(chassis.uuid, asChassis(changed));
  return ok(render(request, dependencies, updated));
}

/** Values checked by the field table, as the typed record that they are. */
function asChassis(values: JsonObject): ChassisPatch & { uuid?: string } {
  return values as ChassisPatch & { uuid?: string };
}

import type { JsonObject } from '../../../model/json.ts';
import type {
  NewVolumeConnector,
  NewVolumeTarget,
  VolumeConnector,
  VolumeConnectorPatch,
  VolumeTarget,
  VolumeTargetPatch,
} from '../../../model/volume.ts';
import type { Page } from '../../../store/store.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { type Patched, removesRoot } from '../../fields/patch-resource.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { route } from '../../http/define-route.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import { okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { findNode, nodeOfPath } from '../nodes/resolve-node.ts';
import { listRoute, type RecordResource, recordRoutes } from '../record-routes.ts';
import { VOLUME_CONNECTOR_TABLE, VOLUME_SINCE, VOLUME_TARGET_TABLE, volumeConnectorRow, volumeTargetRow } from './volume-fields.ts';

const QUERY = { node: { type: 'string' } } as const;
type Resource<T extends { uuid: string }> = RecordResource<T, typeof QUERY>;

/** `/v1/volume`, its connectors and targets, and those of a node. */
export function volumeRoutes(dependencies: ApiDependencies): Route[] {
  const { store } = dependencies;
  const connectors = connectorResource(dependencies);
  const targets = targetResource(dependencies);
  return [
    route({
      method: 'GET',
      path: '/volume',
      since: VOLUME_SINCE,
      handle: ({ base }) => okJson(volumeDocument(base, 'volume')),
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/volume',
      since: VOLUME_SINCE,
      async handle(request) {
        await nodeOfPath(store, request);
        return okJson(volumeDocument(request.base, `nodes/${encodeURIComponent(param(request, 'node'))}/volume`));
      },
    }),
    ...recordRoutes(dependencies, connectors),
    ...recordRoutes(dependencies, targets),
    ...ofNode(dependencies, connectors, (nodeUuid, page) => store.volumeConnectors.list({ nodeUuid }, page)),
    ...ofNode(dependencies, targets, (nodeUuid, page) => store.volumeTargets.list({ nodeUuid }, page)),
  ];
}

function connectorResource(dependencies: ApiDependencies): Resource<VolumeConnector> {
  const { store, conductor } = dependencies;
  return {
    ...shared('connectors'),
    table: VOLUME_CONNECTOR_TABLE,
    row: volumeConnectorRow,
    find: (_request, ident) => found('connector', ident, (uuid) => store.volumeConnectors.getByUuid(uuid)),
    list: async (request, { node }, page) => store.volumeConnectors.list(await nodeFilter(dependencies, request, node), page),
    create: async (_request, values) => store.volumeConnectors.create(asNewConnector(await withNode(values, dependencies))),
    async update({ context }, connector, patched) {
      const patch = await changes(patched, dependencies);
      return patch === null ? connector : conductor.updateVolumeConnector(context, connector.uuid, asConnectorPatch(patch));
    },
    delete: ({ context }, connector) => conductor.destroyVolume(context, 'connector', connector.uuid),
  };
}

function targetResource(dependencies: ApiDependencies): Resource<VolumeTarget> {
  const { store, conductor } = dependencies;
  return {
    ...shared('targets'),
    table: VOLUME_TARGET_TABLE,
    row: volumeTargetRow,
    find: (_request, ident) => found('target', ident, (uuid) => store.volumeTargets.getByUuid(uuid)),
    list: async (request, { node }, page) => store.volumeTargets.list(await nodeFilter(dependencies, request, node), page),
    create: async (_request, values) => store.volumeTargets.create(asNewTarget(await withNode(values, dependencies))),
    async update({ context }, target, patched) {
      const patch = await changes(patched, dependencies);
      return patch === null ? target : conductor.updateVolumeTarget(context, target.uuid, asTargetPatch(patch));
    },
    delete: ({ context }, target) => conductor.destroyVolume(context, 'target', target.uuid),
  };
}

const shared = (collection: string) =>
  ({ path: `/volume/${collection}`, since: VOLUME_SINCE, below: ['404B', '404B'], detail: true, query: QUERY }) as const;

/** The lists below a node take no filter by node. */
function ofNode<T extends { uuid: string }>(
  dependencies: ApiDependencies,
  { table, since, below, detail, row, path }: Resource<T>,
  list: (nodeUuid: string, page: Page) => Promise<T[]>,
): Route[] {
  return [
    listRoute(dependencies, { table, since, below, detail, row, query: {} }, `/nodes/{node}${path}`, async (request, _filter, page) =>
      list((await nodeOfPath(dependencies.store, request)).uuid, page),
    ),
  ];
}

function volumeDocument(base: string, path: string): object {
  const pair = (end: string) => [
    { href: `${base}/v1/${path}/${end}`, rel: 'self' },
    { href: `${base}/${path}/${end}`, rel: 'bookmark' },
  ];
  return { connectors: pair('connectors'), links: pair(''), targets: pair('targets') };
}

async function found<T>(kind: string, ident: string, get: (uuid: string) => Promise<T | undefined>): Promise<T> {
  if (!isUuid(ident)) throw invalid(`A volume ${kind} is named by its UUID, not ${JSON.stringify(ident.slice(0, 255))}`);
  const record = await get(ident);
  if (record === undefined) throw notFound(`Volume ${kind} ${ident} could not be found`);
  return record;
}

async function nodeFilter({ store }: ApiDependencies, request: ApiRequest, ident: string | undefined): Promise<{ nodeUuid?: string }> {
  if (ident === undefined) return {};
  const node = await findNode(store, ident, request.minor);
  if (!node) throw notFound(`Node ${ident.slice(0, 255)} could not be found`);
  return { nodeUuid: node.uuid };
}

/** @throws INVALID_PARAMETER for a node that does not exist. */
async function withNode(values: JsonObject, { store }: ApiDependencies): Promise<JsonObject> {
  const uuid = values.node_uuid;
  if (typeof uuid !== 'string' || (await store.nodes.getByUuid(uuid)) === undefined) throw invalid(`Node ${String(uuid)} does not exist`);
  return values;
}

/** What a patch really changes; null: nothing. Removing the node changes nothing. @throws INVALID_PARAMETER. */
async function changes({ changed, operations }: Patched, dependencies: ApiDependencies): Promise<JsonObject | null> {
  const patch = { ...changed };
  if (patch.node_uuid === null && removesRoot(operations, 'node_uuid')) delete patch.node_uuid;
  if (patch.node_uuid !== undefined) await withNode(patch, dependencies);
  return Object.keys(patch).length === 0 ? null : patch;
}

/** Values checked by the field tables, as the typed records that they are. */
function asNewConnector(values: JsonObject): NewVolumeConnector {
  return values as unknown as NewVolumeConnector;
}

function asNewTarget(values: JsonObject): NewVolumeTarget {
  return values as unknown as NewVolumeTarget;
}

function asConnectorPatch(values: JsonObject): VolumeConnectorPatch {
  return values as VolumeConnectorPatch;
}

function asTargetPatch(values: JsonObject): VolumeTargetPatch {
  return values as VolumeTargetPatch;
}

import type { Allocation, AllocationPatch, NewAllocation } from '../../../model/allocation.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { route } from '../../http/define-route.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import { done, ok } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { findNode, nodeOfPath } from '../nodes/resolve-node.ts';
import { type RecordResource, recordRoutes, showRecord } from '../record-routes.ts';
import { ALLOCATION_TABLE, allocationRow, BACKFILL_SINCE } from './allocation-fields.ts';

const QUERY = {
  node: { type: 'string' },
  resource_class: { type: 'string' },
  state: { type: 'string' },
  owner: { type: 'string', since: 60 },
} as const;

/** `/v1/allocations` and the allocation of a node. */
export function allocationRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor } = dependencies;
  const resource: RecordResource<Allocation, typeof QUERY> = {
    table: ALLOCATION_TABLE,
    path: '/allocations',
    since: 52,
    patchSince: 57,
    below: ['404A', '405A'],
    detail: false,
    query: QUERY,
    row: allocationRow,
    async find(_request, ident) {
      const found = isUuid(ident) ? await store.allocations.getByUuid(ident) : await store.allocations.getByName(ident);
      if (!found) throw notFound(`Allocation ${ident.slice(0, 255)} could not be found`);
      return found;
    },
    async list(request, { node, resource_class: resourceClass, state, owner }, page) {
      return store.allocations.list(
        {
          ...(node === undefined ? {} : { nodeUuid: await nodeUuid(dependencies, request, node) }),
          ...(resourceClass === undefined ? {} : { resourceClass }),
          ...(state === undefined ? {} : { state }),
          ...(owner === undefined ? {} : { owner }),
        },
        page,
      );
    },
    create: (request, values) => create(request, values, dependencies),
    async update(_request, allocation, { operations, changed }) {
      if (operations.some((operation) => Array.isArray(operation.value))) throw invalid('A value of a patch cannot be a list here');
      return Object.keys(changed).length === 0 ? allocation : store.allocations.update(allocation.uuid, asPatch(changed));
    },
    delete: ({ context }, allocation) => conductor.destroyAllocation(context, allocation.uuid),
  };
  const ofNode = async (request: ApiRequest): Promise<Allocation> => {
    const node = await nodeOfPath(store, request);
    const allocation = await store.allocations.ofNode(node.uuid);
    if (!allocation) throw notFound(`Node ${param(request, 'node')} has no allocation`);
    return allocation;
  };
  const path = '/nodes/{node}/allocation';
  const version = { since: 52, below: '404B' } as const;
  return [
    ...recordRoutes(dependencies, resource),
    route({
      method: 'GET',
      path,
      ...version,
      query: { fields: { type: 'list' } },
      handle: async (request, query) => ok(showRecord(dependencies, resource, request, await ofNode(request), query.fields)),
    }),
    route({
      method: 'DELETE',
      path,
      ...version,
      async handle(request) {
        await conductor.destroyAllocation(request.context, (await ofNode(request)).uuid);
        return done();
      },
    }),
  ];
}

async function create(request: ApiRequest, given: JsonObject, dependencies: ApiDependencies): Promise<Allocation> {
  const { node, ...values } = given;
  if (node !== undefined && node !== null && request.minor < BACKFILL_SINCE)
    throw invalid(`"node" is not a property of an allocation before API version 1.${BACKFILL_SINCE}`);
  if (!values.resource_class && !node) throw invalid('A new allocation needs resource_class, or a node that is in use already');
  if (!values.resource_class) delete values.resource_class;
  if (Array.isArray(values.candidate_nodes)) {
    const candidates: string[] = [];
    for (const ident of values.candidate_nodes) candidates.push(await nodeUuid(dependencies, request, String(ident)));
    values.candidate_nodes = candidates;
  }
  const target = node ? await nodeUuid(dependencies, request, String(node)) : undefined;
  return dependencies.conductor.createAllocation(request.context, asNew(values), target);
}

/** @throws INVALID_PARAMETER: the wrong thing is in the request, so 400 and not 404. */
async function nodeUuid({ store }: ApiDependencies, request: ApiRequest, ident: string): Promise<string> {
  const node = await findNode(store, ident, request.minor);
  if (!node) throw invalid(`Node ${ident.slice(0, 255)} does not exist`);
  return node.uuid;
}

/** Values checked by the field table, as the typed records that they are. */
function asNew(values: JsonObject): NewAllocation {
  return values as NewAllocation;
}

function asPatch(values: JsonObject): AllocationPatch {
  return values as AllocationPatch;
}

import type { Port } from '../../../model/port.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { retryStale } from '../../fields/retry-stale.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import { noIdentifier } from '../../http/no-identifier.ts';
import { done, ok } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { nodeOfPath } from '../nodes/resolve-node.ts';
import { listPorts, PORT_DETAIL_QUERY, PORT_LIST_QUERY } from './list-ports.ts';
import { createPort, patchPort, renderPort } from './write-port.ts';

/** Names identify ports from this version on. */
const NAMES_SINCE = 88;

/** `/v1/ports` and the ports of a node. */
export function portRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor } = dependencies;
  return [
    route({
      method: 'GET',
      path: '/ports',
      query: PORT_LIST_QUERY,
      handle: (request, query) => listPorts(request, dependencies, query, { detail: false }),
    }),
    route({
      method: 'GET',
      path: '/ports/detail',
      query: PORT_DETAIL_QUERY,
      handle: (request, query) => listPorts(request, dependencies, query, { detail: true }),
    }),
    documentRoute({ method: 'POST', path: '/ports', handle: (request, body) => createPort(request, body, dependencies) }),
    route({
      method: 'GET',
      path: '/ports/{port}',
      query: { fields: { type: 'list' } },
      async handle(request, query) {
        return ok(renderPort(request, dependencies, await portOfPath(request, dependencies), query.fields));
      },
    }),
    documentRoute({
      method: 'PATCH',
      path: '/ports/{port}',
      handle: (request, body) =>
        retryStale(`Port ${param(request, 'port')}`, async () =>
          patchPort(request, body, await portOfPath(request, dependencies), dependencies),
        ),
    }),
    route({
      method: 'DELETE',
      path: '/ports/{port}',
      async handle(request) {
        const uuid = param(request, 'port');
        if (!isUuid(uuid)) throw invalid(`A port is deleted by its UUID, not ${JSON.stringify(uuid.slice(0, 255))}`);
        const port = await portOfPath(request, dependencies);
        await conductor.destroyPort(request.context, port.uuid);
        return done();
      },
    }),
    noIdentifier('PATCH', '/ports'),
    noIdentifier('DELETE', '/ports'),
    route({
      method: 'GET',
      path: '/nodes/{node}/ports',
      query: PORT_LIST_QUERY,
      async handle(request, query) {
        const node = await nodeOfPath(store, request);
        return listPorts(request, dependencies, query, { detail: false, nodeUuid: node.uuid });
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/ports/detail',
      query: PORT_DETAIL_QUERY,
      async handle(request, query) {
        const node = await nodeOfPath(store, request);
        return listPorts(request, dependencies, query, { detail: true, nodeUuid: node.uuid });
      },
    }),
  ];
}

/** The port that `{port}` names. @throws NOT_FOUND; INVALID_PARAMETER for a name where the version has none. */
async function portOfPath(request: ApiRequest, { store }: ApiDependencies): Promise<Port> {
  const ident = param(request, 'port');
  if (!isUuid(ident) && request.minor < NAMES_SINCE) throw invalid(`Port ${JSON.stringify(ident.slice(0, 255))} is not a UUID`);
  const port = isUuid(ident) ? await store.ports.getByUuid(ident) : await store.ports.getByName(ident);
  if (!port) throw notFound(`Port ${ident.slice(0, 255)} could not be found`);
  return port;
}

import type { ApiDependencies } from '../../api-dependencies.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { invalid, notFound, RoutingError } from '../../http/error-replies.ts';
import { noIdentifier } from '../../http/no-identifier.ts';
import { done, ok, okJson } from '../../http/reply.ts';
import { METHODS, type Route } from '../../http/route.ts';
import { createNode } from './create-node.ts';
import { listNodes, NODE_DETAIL_QUERY, NODE_LIST_QUERY } from './list-nodes.ts';
import { renderNode } from './node-view.ts';
import { patchNode } from './patch-node.ts';
import { findNode, nodeOfPath } from './resolve-node.ts';

/** Words of the API that name no node, even if one is called so. */
const WORDS: Readonly<Record<number, readonly string[]>> = {
  404: ['ports', 'portgroups', 'vifs', 'volume', 'traits', 'bios', 'allocation', 'history', 'inventory', 'children', 'firmware', 'vmedia'],
  400: ['states', 'vendor_passthru'],
  405: ['maintenance', 'management'],
};

/** `/v1/nodes` and the nodes themselves. */
export function nodeRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor } = dependencies;
  return [
    route({
      method: 'GET',
      path: '/nodes',
      query: NODE_LIST_QUERY,
      handle: (request, query) => listNodes(request, dependencies, query, { detail: false }),
    }),
    documentRoute({ method: 'POST', path: '/nodes', handle: (request, body) => createNode(request, body, dependencies) }),
    route({
      method: 'GET',
      path: '/nodes/detail',
      query: NODE_DETAIL_QUERY,
      handle: (request, query) => listNodes(request, dependencies, query, { detail: true }),
    }),
    route({
      method: 'GET',
      path: '/nodes/validate',
      query: { node: { type: 'string' }, node_uuid: { type: 'uuid' } },
      async handle(request, query) {
        const ident = query.node ?? query.node_uuid;
        if (ident === undefined) throw invalid('Parameter node is mandatory');
        const node = await findNode(store, ident, request.minor);
        if (!node) throw notFound(`Node ${ident.slice(0, 255)} could not be found`);
        return okJson(await conductor.validate(request.context, node.uuid));
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}',
      query: { fields: { type: 'list' } },
      async handle(request, query) {
        const node = await nodeOfPath(store, request);
        return ok(renderNode(request, conductor, node, query.fields));
      },
    }),
    documentRoute({
      method: 'PATCH',
      path: '/nodes/{node}',
      query: { reset_interfaces: { type: 'boolean', since: 45 } },
      handle: (request, body, query) => patchNode(request, body, query.reset_interfaces, dependencies),
    }),
    route({
      method: 'DELETE',
      path: '/nodes/{node}',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        await conductor.destroyNode(request.context, node.uuid);
        return done();
      },
    }),
    ...Object.entries(WORDS).flatMap(([status, words]) => words.flatMap((word) => wordRoutes(`/nodes/${word}`, Number(status)))),
    // There is something below it, but nothing to be had from it.
    ...wordRoutes('/nodes/{node}/management', 405),
    ...(['PATCH', 'DELETE'] as const).map((method) => noIdentifier(method, '/nodes')),
  ];
}

/** A word in the place of an identifier: the same refusal for every method. */
function wordRoutes(path: string, status: number): Route[] {
  return METHODS.map((method) =>
    route({
      method,
      path,
      handle() {
        if (status === 400) throw invalid('The node identifier is missing');
        throw new RoutingError(status, '', status === 405 ? { allow: '' } : {});
      },
    }),
  );
}

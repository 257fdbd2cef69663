import { isJsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { param } from '../../http/api-request.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import { done, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { nodeOfPath } from './resolve-node.ts';
import { checkTrait, MAX_TRAITS, parseTraits } from './traits.ts';

const SINCE = 37;

/** `/v1/nodes/{node}/traits`. */
export function traitRoutes({ store, conductor }: ApiDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/nodes/{node}/traits',
      since: SINCE,
      below: '406A',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        return okJson({ traits: [...node.traits].sort() });
      },
    }),
    documentRoute({
      method: 'PUT',
      path: '/nodes/{node}/traits',
      since: SINCE,
      below: '405B',
      async handle(request, body) {
        const traits = parseTraits(body);
        const node = await nodeOfPath(store, request);
        await conductor.setTraits(request.context, node.uuid, { set: traits });
        return done();
      },
    }),
    route({
      method: 'DELETE',
      path: '/nodes/{node}/traits',
      since: SINCE,
      async handle(request) {
        const node = await nodeOfPath(store, request);
        await conductor.setTraits(request.context, node.uuid, { set: [] });
        return done();
      },
    }),
    documentRoute({
      method: 'PUT',
      path: '/nodes/{node}/traits/{trait}',
      since: SINCE,
      below: '405B',
      async handle(request, body) {
        if (body !== null && !(isJsonObject(body) && Object.keys(body).length === 0)) throw invalid('Adding one trait takes no body');
        const trait = checkTrait(param(request, 'trait'));
        const node = await nodeOfPath(store, request);
        if (!node.traits.includes(trait) && node.traits.length >= MAX_TRAITS) {
          throw invalid(`Node ${node.uuid} has ${node.traits.length} traits already; ${MAX_TRAITS} are the most`);
        }
        await conductor.setTraits(request.context, node.uuid, { add: trait });
        return done(`${request.base}/v1/nodes/${encodeURIComponent(param(request, 'node'))}/traits/${trait}`);
      },
    }),
    route({
      method: 'DELETE',
      path: '/nodes/{node}/traits/{trait}',
      since: SINCE,
      async handle(request) {
        const trait = param(request, 'trait');
        const node = await nodeOfPath(store, request);
        if (!node.traits.includes(trait)) throw notFound(`Node ${node.uuid} has no trait ${trait.slice(0, 255)}`);
        await conductor.setTraits(request.context, node.uuid, { remove: trait });
        return done();
      },
    }),
  ];
}

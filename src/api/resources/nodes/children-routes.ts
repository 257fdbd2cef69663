import type { ApiDependencies } from '../../api-dependencies.ts';
import { route } from '../../http/define-route.ts';
import { okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { nodeOfPath } from './resolve-node.ts';

/** The document is not paged; a chassis with more members than this does not exist. */
const MOST = 100_000;

/** `/v1/nodes/{node}/children`: UUIDs of the nodes whose parent it is. */
export function childrenRoutes({ store }: ApiDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/nodes/{node}/children',
      since: 83,
      async handle(request) {
        const node = await nodeOfPath(store, request);
        const children = await store.nodes.list({ parentNode: node.uuid }, { limit: MOST }, ['uuid']);
        return okJson({
          children: children.map((child) => child.uuid),
          links: { href: `${request.base}/v1/nodes?parent_node=${node.uuid}`, rel: 'children' },
        });
      },
    }),
  ];
}

import type { ApiDependencies } from '../../api-dependencies.ts';
import { route } from '../../http/define-route.ts';
import { okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';

/** `/v1/shards`: how many nodes each shard has. Nodes without one are counted under the text that the contract names. */
export function shardRoutes({ store }: ApiDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/shards',
      since: 82,
      async handle() {
        const shards = await store.nodes.shards();
        return okJson({ shards: shards.map(({ name, count }) => ({ name: name ?? 'None', count })) });
      },
    }),
  ];
}

import type { ApiDependencies } from '../../api-dependencies.ts';
import { argumentsRoute, route } from '../../http/define-route.ts';
import { accepted, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { statesUrl } from './change-power.ts';
import { nodeOfPath } from './resolve-node.ts';

/** `/v1/nodes/{node}/states/console`. */
export function consoleRoutes({ store, conductor }: ApiDependencies): Route[] {
  const path = '/nodes/{node}/states/console';
  return [
    route({
      method: 'GET',
      path,
      async handle(request) {
        const node = await nodeOfPath(store, request);
        const console_info = await conductor.getConsole(request.context, node.uuid);
        return okJson({ console_enabled: console_info !== null, console_info });
      },
    }),
    argumentsRoute({
      method: 'PUT',
      path,
      arguments: { enabled: { type: 'boolean', required: true } },
      async handle(request, { enabled }) {
        const node = await nodeOfPath(store, request);
        await conductor.setConsole(request.context, node.uuid, enabled);
        return accepted(`${statesUrl(request)}/console`);
      },
    }),
  ];
}

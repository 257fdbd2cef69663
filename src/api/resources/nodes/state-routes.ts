import { WroughtError } from '../../../model/errors.ts';
import type { Node } from '../../../model/node.ts';
import { BOOT_MODE_CHANGE_REFUSED } from '../../../model/state-sets.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { argumentsRoute, documentRoute, route } from '../../http/define-route.ts';
import { invalid } from '../../http/error-replies.ts';
import { accepted, done, ok } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { changePower, POWER_ARGUMENTS, statesUrl } from './change-power.ts';
import { nodeRow } from './node-row.ts';
import { statesView } from './node-states.ts';
import { renderContext } from './node-view.ts';
import { PROVISION_ARGUMENTS, provisionNode } from './provision-node.ts';
import { parseRaidConfig } from './raid-config.ts';
import { nodeOfPath } from './resolve-node.ts';

const BOOT_MODE_SINCE = 76;
const RAID_SINCE = 12;

/** `/v1/nodes/{node}/states` and below; the console has a file of its own. */
export function stateRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor } = dependencies;
  return [
    route({
      method: 'GET',
      path: '/nodes/{node}/states',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        return ok(statesView(request.minor).render(nodeRow(node), renderContext(request, conductor)));
      },
    }),
    argumentsRoute({
      method: 'PUT',
      path: '/nodes/{node}/states/power',
      arguments: POWER_ARGUMENTS,
      handle: (request, args) => changePower(request, args, dependencies),
    }),
    argumentsRoute({
      method: 'PUT',
      path: '/nodes/{node}/states/provision',
      arguments: PROVISION_ARGUMENTS,
      handle: (request, args) => provisionNode(request, args, dependencies),
    }),
    argumentsRoute({
      method: 'PUT',
      path: '/nodes/{node}/states/boot_mode',
      since: BOOT_MODE_SINCE,
      arguments: { target: { type: 'string', required: true } },
      async handle(request, { target }) {
        if (target !== 'bios' && target !== 'uefi')
          throw invalid(`target must be bios or uefi, not ${JSON.stringify(target.slice(0, 100))}`);
        const node = await nodeOfPath(store, request);
        requireSettled(node, 'boot mode');
        await conductor.setBootMode(request.context, node.uuid, target);
        return accepted(statesUrl(request));
      },
    }),
    argumentsRoute({
      method: 'PUT',
      path: '/nodes/{node}/states/secure_boot',
      since: BOOT_MODE_SINCE,
      arguments: { target: { type: 'boolean', required: true } },
      async handle(request, { target }) {
        const node = await nodeOfPath(store, request);
        requireSettled(node, 'secure boot state');
        await conductor.setSecureBoot(request.context, node.uuid, target);
        return accepted(statesUrl(request));
      },
    }),
    documentRoute({
      method: 'PUT',
      path: '/nodes/{node}/states/raid',
      since: RAID_SINCE,
      below: '406A',
      async handle(request, body) {
        const config = parseRaidConfig(body);
        const node = await nodeOfPath(store, request);
        await conductor.setTargetRaidConfig(request.context, node.uuid, config);
        return done();
      },
    }),
  ];
}

/** @throws CONFLICT while something is going on with the node. */
function requireSettled(node: Node, what: string): void {
  if (BOOT_MODE_CHANGE_REFUSED.has(node.provision_state)) {
    throw new WroughtError('CONFLICT', `The ${what} of node ${node.uuid} cannot be changed while it is in state ${node.provision_state}`);
  }
}

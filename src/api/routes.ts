import type { ApiDependencies } from './api-dependencies.ts';
import { route } from './http/define-route.ts';
import { okJson } from './http/reply.ts';
import type { Route } from './http/route.ts';
import { agentRoutes } from './resources/agent/agent-routes.ts';
import { allocationRoutes } from './resources/allocations/allocation-routes.ts';
import { chassisRoutes } from './resources/chassis/chassis-routes.ts';
import { conductorRoutes } from './resources/conductors/conductor-routes.ts';
import { deployTemplateRoutes } from './resources/deploy-templates/deploy-template-routes.ts';
import { driverRoutes } from './resources/drivers/driver-routes.ts';
import { eventRoutes } from './resources/events/event-routes.ts';
import { childrenRoutes } from './resources/nodes/children-routes.ts';
import { consoleRoutes } from './resources/nodes/console-routes.ts';
import { historyRoutes } from './resources/nodes/history-routes.ts';
import { managementRoutes } from './resources/nodes/management-routes.ts';
import { nodeRoutes } from './resources/nodes/node-routes.ts';
import { stateRoutes } from './resources/nodes/state-routes.ts';
import { traitRoutes } from './resources/nodes/trait-routes.ts';
import { vifRoutes } from './resources/nodes/vif-routes.ts';
import { notBuiltRoutes } from './resources/not-built.ts';
import { portgroupRoutes } from './resources/portgroups/portgroup-routes.ts';
import { portRoutes } from './resources/ports/port-routes.ts';
import { v1Document } from './resources/root-document.ts';
import { runbookRoutes } from './resources/runbooks/runbook-routes.ts';
import { shardRoutes } from './resources/shards/shard-routes.ts';
import { vendorPassthruRoutes } from './resources/vendor-passthru/vendor-passthru-routes.ts';
import { volumeRoutes } from './resources/volume/volume-routes.ts';

/** Every endpoint of `/v1`. */
export function apiRoutes(dependencies: ApiDependencies): Route[] {
  return [
    route({ method: 'GET', path: '/', handle: (request) => okJson(v1Document(request.base, request.minor)) }),
    ...nodeRoutes(dependencies),
    ...stateRoutes(dependencies),
    ...consoleRoutes(dependencies),
    ...managementRoutes(dependencies),
    ...traitRoutes(dependencies),
    ...vifRoutes(dependencies),
    ...historyRoutes(dependencies),
    ...childrenRoutes(dependencies),
    ...portRoutes(dependencies),
    ...portgroupRoutes(dependencies),
    ...shardRoutes(dependencies),
    ...deployTemplateRoutes(dependencies),
    ...runbookRoutes(dependencies),
    ...allocationRoutes(dependencies),
    ...volumeRoutes(dependencies),
    ...eventRoutes(dependencies),
    ...vendorPassthruRoutes(dependencies),
    ...chassisRoutes(dependencies),
    ...driverRoutes(dependencies),
    ...conductorRoutes(dependencies),
    ...agentRoutes(dependencies),
    ...notBuiltRoutes(),
  ];
}

import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import { accountRoutes } from './account-service.ts';
import { biosRoutes } from './bios.ts';
import { chassisRoutes } from './chassis.ts';
import { etagListed, etagOf } from './etag.ts';
import { eventRoutes } from './event-service.ts';
import { hardwareRoutes } from './hardware-routes.ts';
import { logRoutes } from './log-services.ts';
import { managerRoutes } from './manager.ts';
import { applyQuery, parseQuery } from './query.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { registryRoutes } from './registries.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';
import { type RouteMatch, RouteTree } from './route-tree.ts';
import { secureBootRoutes } from './secure-boot-routes.ts';
import { serviceRootRoutes } from './service-root.ts';
import { credentialsFit, sessionRoutes } from './session-service.ts';
import { storageRoutes } from './storage.ts';
import { systemRoutes } from './system.ts';
import { MONITOR_PATH, monitorAnswer, taskRoutes } from './task-service.ts';
import { updateRoutes } from './update-service.ts';
import { virtualMediaRoutes } from './virtual-media.ts';

const ROUTES: readonly Route[] = [
  ...serviceRootRoutes,
  ...sessionRoutes,
  ...accountRoutes,
  ...systemRoutes,
  ...hardwareRoutes,
  ...storageRoutes,
  ...biosRoutes,
  ...secureBootRoutes,
  ...virtualMediaRoutes,
  ...managerRoutes,
  ...chassisRoutes,
  ...logRoutes,
  ...taskRoutes,
  ...updateRoutes,
  ...eventRoutes,
  ...registryRoutes,
  // Monitors answer with the outcome of the work, which their own function decides.
  { path: MONITOR_PATH, get: () => ({}) },
];

const tree = new RouteTree(ROUTES);
const monitorRoute = ROUTES[ROUTES.length - 1];

/** One request as it came over the wire. */
export interface RedfishRequest {
  readonly method: string;
  readonly path: string;
  readonly search: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly origin: string;
  /** Read only when the request is allowed to send one. */
  readonly readBody: () => Promise<JsonObject>;
}

/**
 * Answers one Redfish request for one machine: login, routing, conditions, queries.
 *
 * @throws RedfishFault for every refusal.
 */
export async function answerRedfish(machine: Machine, request: RedfishRequest): Promise<RedfishAnswer> {
  const match = findRoute(machine, request.path);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const login = loginOf(machine, request.headers);
  if (!match?.route.open?.includes(method) && login === null)
    throw new RedfishFault(401, 'NoValidSession', [], { headers: { 'WWW-Authenticate': 'Basic realm="Redfish"' } });
  if (!match) throw notFound(request.path);
  const write = writerOf(match.route, method);
  if (method === 'GET' ? !match.route.get : !write)
    throw new RedfishFault(405, 'OperationNotAllowed', [], { headers: { Allow: allowOf(match.route) } });
  const call: RedfishCall = {
    method,
    path: request.path.length > 1 ? request.path.replace(/\/+$/, '') : request.path,
    params: match.params,
    body: method === 'GET' ? {} : await request.readBody(),
    origin: request.origin,
    userName: login?.userName ?? null,
    token: login?.token ?? null,
  };
  if (method === 'GET') return read(machine, match.route, call, request);
  const condition = request.headers['if-match'];
  if (condition !== undefined && match.route.get && !etagListed(condition, etagOf(match.route.get(machine, call))))
    throw new RedfishFault(412, 'PreconditionFailed');
  return write?.(machine, call) ?? { status: 204 };
}

function read(machine: Machine, route: Route, call: RedfishCall, request: RedfishRequest): RedfishAnswer {
  if (route === monitorRoute) return monitorAnswer(machine, call);
  const body = route.get?.(machine, call) ?? {};
  const etag = etagOf(body);
  const known = request.headers['if-none-match'];
  if (known !== undefined && etagListed(known, etag)) return { status: 304, headers: { ETag: etag } };
  const answer = applyQuery(body, parseQuery(request.search), (path) => readOther(machine, path, call));
  return { status: 200, headers: { ETag: etag, Allow: allowOf(route) }, body: answer };
}

/** Another resource's body, for queries that expand links. */
function readOther(machine: Machine, path: string, call: RedfishCall): JsonObject | null {
  const match = findRoute(machine, path);
  if (!match?.route.get || match.route === monitorRoute) return null;
  try {
    return match.route.get(machine, { ...call, path: path.replace(/\/+$/, ''), params: match.params });
  } catch (error) {
    if (error instanceof RedfishFault) return null;
    throw error;
  }
}

function findRoute(machine: Machine, path: string): RouteMatch | null {
  const match = tree.find(path);
  if (match?.params.system !== undefined && match.params.system !== machine.plan.uuid) return null;
  return match;
}

function writerOf(route: Route, method: string): Route['post'] {
  switch (method) {
    case 'PATCH':
      return route.patch;
    case 'POST':
      return route.post;
    case 'DELETE':
      return route.delete;
    default:
      return undefined;
  }
}

function allowOf(route: Route): string {
  return [route.get && 'GET, HEAD', route.patch && 'PATCH', route.post && 'POST', route.delete && 'DELETE'].filter(Boolean).join(', ');
}

/** Who asks: by token, else by basic authentication; null where neither is valid. */
function loginOf(machine: Machine, headers: IncomingHttpHeaders): { userName: string; token: string | null } | null {
  const token = headers['x-auth-token'];
  if (typeof token === 'string') {
    const session = machine.sessions.use(token);
    return session ? { userName: session.userName, token } : null;
  }
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined) return null;
  const [userName = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return credentialsFit(machine, userName, rest.join(':')) ? { userName, token: null } : null;
}

import type { HeartbeatRequest } from '../../../conductor/conductor-service.ts';
import { hasCode, WroughtError } from '../../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isMac } from '../../fields/identifier.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { argumentsRoute, documentRoute, route } from '../../http/define-route.ts';
import { invalid } from '../../http/error-replies.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { accepted, ok, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { nodeOfPath } from '../nodes/resolve-node.ts';
import { lookupDocument } from './lookup-document.ts';

const SINCE = 22;
/** A lookup gives out a token from this version on. */
const TOKEN_SINCE = 62;
const CONTINUE_INSPECTION_SINCE = 84;
const STATUSES = ['start', 'end', 'error'];

const HEARTBEAT_ARGUMENTS = {
  callback_url: { type: 'string', required: true },
  agent_version: { type: 'string', since: 36, below: 400 },
  agent_token: { type: 'string' },
  agent_verify_ca: { type: 'string', since: 68, below: 400 },
  agent_status: { type: 'string', since: 72, below: 400 },
  agent_status_message: { type: 'string', since: 72, below: 400 },
} as const satisfies Parameters;

/** What the deploy agent calls; open to everybody, guarded by the agent token. */
export function agentRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor, config } = dependencies;
  const requireEnabled = (): void => {
    if (!config.boolean('api', 'enable_ramdisk_endpoints')) {
      throw new WroughtError('NOT_AUTHORIZED', 'The calls of the deploy agent are switched off ([api]enable_ramdisk_endpoints)');
    }
  };
  return [
    route({
      method: 'GET',
      path: '/lookup',
      since: SINCE,
      query: { addresses: { type: 'list' }, node_uuid: { type: 'uuid' } },
      async handle(request, query) {
        requireEnabled();
        const addresses = (query.addresses ?? []).filter(isMac).map((address) => address.toLowerCase());
        if (query.node_uuid === undefined && addresses.length === 0)
          throw invalid('Give node_uuid, or addresses with at least one MAC address');
        const giveToken = request.minor >= TOKEN_SINCE;
        const by = query.node_uuid !== undefined ? { nodeUuid: query.node_uuid } : { addresses };
        const answer = await conductor.lookup(request.context, { ...by, giveToken });
        return ok(lookupDocument(request.base, answer, { showToken: giveToken }));
      },
    }),
    argumentsRoute({
      method: 'POST',
      path: '/heartbeat/{node}',
      since: SINCE,
      arguments: HEARTBEAT_ARGUMENTS,
      async handle(request, args) {
        requireEnabled();
        const node = await nodeOfPath(store, request);
        await conductor.heartbeat(request.context, node.uuid, parseHeartbeat(args));
        return accepted();
      },
    }),
    route({
      method: 'POST',
      path: '/heartbeat',
      since: SINCE,
      handle() {
        throw invalid('A heartbeat needs the identifier of its node: /heartbeat/<node>');
      },
    }),
    documentRoute({
      method: 'POST',
      path: '/continue_inspection',
      since: CONTINUE_INSPECTION_SINCE,
      // The callback of agents from before the service had versions for it.
      alsoAt: [1],
      query: { node_uuid: { type: 'uuid' } },
      async handle(request, body, query) {
        requireEnabled();
        const legacy = request.minor < CONTINUE_INSPECTION_SINCE;
        if (legacy && query.node_uuid !== undefined) throw invalid('Unknown parameter "node_uuid"');
        const data = checkInspectionData(body);
        const by = query.node_uuid === undefined ? {} : { nodeUuid: query.node_uuid };
        const { uuid } = await conductor.continueInspection(request.context, by, data);
        return legacy ? { ...okJson({ uuid }), status: 202 } : { ...ok(await inspectedDocument(request, uuid, dependencies)), status: 202 };
      },
    }),
  ];
}

function parseHeartbeat(args: Values<typeof HEARTBEAT_ARGUMENTS>): HeartbeatRequest {
  if (args.agent_status !== undefined && !STATUSES.includes(args.agent_status)) {
    throw invalid(`agent_status must be one of ${STATUSES.join(', ')}, not ${JSON.stringify(args.agent_status.slice(0, 100))}`);
  }
  if (args.callback_url !== '' && !/^https?:\/\//i.test(args.callback_url)) throw invalid('callback_url must be an http or https URL');
  const heartbeat: HeartbeatRequest = { callback_url: args.callback_url };
  for (const name of ['agent_version', 'agent_token', 'agent_verify_ca', 'agent_status', 'agent_status_message'] as const) {
    const value = args[name];
    if (value !== undefined) heartbeat[name] = value;
  }
  return heartbeat;
}

/** @throws INVALID_PARAMETER unless the data names at least one network interface with its address. */
function checkInspectionData(body: Json): JsonObject {
  if (!isJsonObject(body)) throw invalid('Inspection data must be a JSON object');
  const inventory = body.inventory;
  const interfaces = isJsonObject(inventory) ? inventory.interfaces : undefined;
  if (!Array.isArray(interfaces) || interfaces.length === 0) throw invalid('inventory.interfaces must be a list of at least one interface');
  if (!interfaces.some((each) => isJsonObject(each) && typeof each.mac_address === 'string')) {
    throw invalid('inventory.interfaces must hold a mac_address');
  }
  return body;
}

/**
 * The lookup document after inspection data were taken. The token is never shown here: the agent has it. When the node has left the
 * states of a lookup meanwhile, the answer still names the node; the agent reads nothing else of it.
 */
async function inspectedDocument(request: ApiRequest, uuid: string, { store, conductor }: ApiDependencies): Promise<string> {
  const node = await store.nodes.getByUuid(uuid);
  if (!node) throw new WroughtError('NOT_FOUND', `Node ${uuid} was deleted while its inspection went on`);
  try {
    const answer = await conductor.lookup(request.context, { nodeUuid: uuid, giveToken: false });
    return lookupDocument(request.base, answer, { showToken: false });
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
    return lookupDocument(request.base, { node, config: {} }, { showToken: false });
  }
}

import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isLogicalName, isUuid } from '../../fields/identifier.ts';
import { param } from '../../http/api-request.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { asBadRequest, invalid } from '../../http/error-replies.ts';
import { noIdentifier } from '../../http/no-identifier.ts';
import { done, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { nodeOfPath } from './resolve-node.ts';

const SINCE = 28;
/** The port of an attachment can be chosen from this version on. */
const CHOICE_SINCE = 67;

/** `/v1/nodes/{node}/vifs`: logical network interfaces that are attached to a node's ports. */
export function vifRoutes({ store, conductor }: ApiDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/nodes/{node}/vifs',
      since: SINCE,
      below: '404B',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        const vifs = await asBadRequest(['NO_VALID_HOST'], () => conductor.vifList(request.context, node.uuid));
        return okJson({ vifs: vifs.map(({ id }) => ({ id })) });
      },
    }),
    documentRoute({
      method: 'POST',
      path: '/nodes/{node}/vifs',
      since: SINCE,
      below: '404B',
      async handle(request, body) {
        const vif = parseVif(body, request.minor);
        const node = await nodeOfPath(store, request);
        await asBadRequest(['NO_VALID_HOST'], () => conductor.vifAttach(request.context, node.uuid, vif));
        return done();
      },
    }),
    route({
      method: 'DELETE',
      path: '/nodes/{node}/vifs/{vif}',
      since: SINCE,
      below: '404B',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        await asBadRequest(['NO_VALID_HOST', 'NOT_FOUND'], () => conductor.vifDetach(request.context, node.uuid, param(request, 'vif')));
        return done();
      },
    }),
    { ...noIdentifier('DELETE', '/nodes/{node}/vifs'), since: SINCE, below: '404B' },
  ];
}

function parseVif(body: Json, minor: number): JsonObject & { id: string } {
  if (!isJsonObject(body)) throw invalid('A VIF must be a JSON object');
  const { id } = body;
  if (typeof id !== 'string' || !isLogicalName(id))
    throw invalid(`id of a VIF must be a UUID or a name, not ${JSON.stringify(id)?.slice(0, 100)}`);
  if (minor >= CHOICE_SINCE) {
    for (const key of ['port_uuid', 'portgroup_uuid']) {
      const value = body[key];
      if (value !== undefined && !(typeof value === 'string' && isUuid(value))) throw invalid(`${key} must be a UUID`);
    }
    if (body.port_uuid !== undefined && body.portgroup_uuid !== undefined) throw invalid('port_uuid and portgroup_uuid exclude each other');
    return { ...body, id };
  }
  const { port_uuid: _port, portgroup_uuid: _portgroup, ...rest } = body;
  return { ...rest, id };
}

import { WroughtError } from '../../../model/errors.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { Node } from '../../../model/node.ts';
import type { NewPort, Port, PortPatch } from '../../../model/port.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { parseDocument } from '../../fields/parse-document.ts';
import { patchResource } from '../../fields/patch-resource.ts';
import { basisOf } from '../../fields/retry-stale.ts';
import { selectView } from '../../fields/select-view.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { asBadRequest, invalid } from '../../http/error-replies.ts';
import { created, ok, type Reply } from '../../http/reply.ts';
import { renderContext } from '../nodes/node-view.ts';
import { PORT_TABLE, portRow } from './port-fields.ts';

const INSPECTING_FROZEN_SINCE = 39;
const GROUPED_NETWORK_FROZEN_SINCE = 102;

/** JSON text of one port. */
export function renderPort(request: ApiRequest, { conductor }: ApiDependencies, port: Port, fields?: readonly string[]): string {
  return selectView(PORT_TABLE, request.minor, { fields, short: false }).render(portRow(port), renderContext(request, conductor));
}

/** `POST /v1/ports`. */
export async function createPort(request: ApiRequest, body: Json, dependencies: ApiDependencies): Promise<Reply> {
  const { node_ident, node_uuid, ...values } = parseDocument(PORT_TABLE, body, request.minor);
  if ((node_ident === undefined) === (node_uuid === undefined)) throw invalid('A new port needs node_uuid or node_ident, and not both');
  const node = await nodeOfBody(String(node_uuid ?? node_ident), dependencies);
  await checkPortgroup(values, dependencies);
  const wanted = asNewPort({ ...values, node_uuid: node.uuid });
  const port = await asBadRequest(['NO_VALID_HOST', 'NOT_FOUND'], () => dependencies.conductor.createPort(request.context, wanted));
  return created(renderPort(request, dependencies, port), `${request.base}/v1/ports/${port.uuid}`);
}

/** `PATCH /v1/ports/{port}` on the port as read. @throws STALE when it changed since. */
export async function patchPort(request: ApiRequest, body: Json, port: Port, dependencies: ApiDependencies): Promise<Reply> {
  const { changed } = patchResource(PORT_TABLE, body, storedValues(port), request.minor);
  const { node_ident: ident, ...patch } = changed;
  if (typeof ident === 'string') {
    if (patch.node_uuid !== undefined) throw invalid('node_uuid and node_ident exclude each other');
    patch.node_uuid = (await nodeOfBody(ident, dependencies)).uuid;
  }
  await checkPortgroup(patch, dependencies);
  if (patch.physical_network !== undefined && port.portgroup_uuid !== null && request.minor >= GROUPED_NETWORK_FROZEN_SINCE) {
    throw invalid(`Port ${port.uuid} is in a portgroup: its physical network is the group's`);
  }
  if (typeof patch.node_uuid === 'string') await nodeOfBody(patch.node_uuid, dependencies);
  await refuseWhileInspecting(port, request.minor, dependencies);
  const updated =
    Object.keys(patch).length === 0
      ? port
      : await asBadRequest(['NO_VALID_HOST'], () =>
          dependencies.conductor.updatePort(request.context, port.uuid, asPortPatch(patch), { basedOn: basisOf(port, patch) }),
        );
  return ok(renderPort(request, dependencies, updated));
}

/** The node that a body names. @throws INVALID_PARAMETER: the wrong thing is in the body, so 400 and not 404. */
async function nodeOfBody(ident: string, { store }: ApiDependencies): Promise<Node> {
  const node = isUuid(ident) ? await store.nodes.getByUuid(ident) : await store.nodes.getByName(ident);
  if (!node) throw invalid(`Node ${ident.slice(0, 255)} does not exist`);
  return node;
}

/** @throws INVALID_PARAMETER for a portgroup that does not exist; the conductor looks at whether the port fits it. */
async function checkPortgroup(values: JsonObject, { store }: ApiDependencies): Promise<void> {
  if (typeof values.portgroup_uuid === 'string' && (await store.portgroups.getByUuid(values.portgroup_uuid)) === undefined) {
    throw invalid(`Portgroup ${values.portgroup_uuid} does not exist`);
  }
}

async function refuseWhileInspecting(port: Port, minor: number, { store }: ApiDependencies): Promise<void> {
  if (minor < INSPECTING_FROZEN_SINCE) return;
  const node = await store.nodes.getByUuid(port.node_uuid);
  if (node?.provision_state === 'inspecting') {
    throw new WroughtError('CONFLICT', `Port ${port.uuid} cannot be updated while its node ${node.uuid} is in state inspecting`);
  }
}

function storedValues(port: Port): JsonObject {
  const values: JsonObject = { node_ident: port.node_uuid };
  for (const field of PORT_TABLE.fields) {
    // Patchable attributes are JSON values by their table.
    if (field.patch && field.name !== 'node_ident') values[field.name] = (port[field.name as keyof Port] ?? null) as Json;
  }
  return values;
}

/** Values checked by the field table, as the typed records that they are. */
function asNewPort(values: JsonObject): NewPort {
  return values as unknown as NewPort;
}

function asPortPatch(values: JsonObject): PortPatch {
  return values as PortPatch;
}

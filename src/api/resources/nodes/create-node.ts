import type { Json, JsonObject } from '../../../model/json.ts';
import type { NewNode, NodePatch } from '../../../model/node.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { parseDocument } from '../../fields/parse-document.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { asBadRequest, invalid } from '../../http/error-replies.ts';
import { created, type Reply } from '../../http/reply.ts';
import { NODE_TABLE } from './node-fields.ts';
import { renderNode } from './node-view.ts';

/** Nodes start in `enroll` from this version on; before, in `available`. */
const ENROLL_SINCE = 11;

/** `POST /v1/nodes`. */
export async function createNode(request: ApiRequest, body: Json, dependencies: ApiDependencies): Promise<Reply> {
  const values = parseDocument(NODE_TABLE, body, request.minor);
  await resolveReferences(values, dependencies);
  const wanted: NewNode = {
    ...asNewNode(values),
    provision_state: request.minor >= ENROLL_SINCE ? 'enroll' : 'available',
  };
  const node = await asBadRequest(['NO_VALID_HOST'], () => dependencies.conductor.createNode(request.context, wanted));
  return created(renderNode(request, dependencies.conductor, node), `${request.base}/v1/nodes/${node.uuid}`);
}

/**
 * Checks what a node's values refer to, and replaces a parent's name by its UUID. @throws INVALID_PARAMETER (400, not 404: the wrong
 * thing is in the body).
 */
export async function resolveReferences(values: JsonObject, { store }: ApiDependencies): Promise<void> {
  const { chassis_uuid: chassis, parent_node: parent } = values;
  if (typeof chassis === 'string' && !(await store.chassis.getByUuid(chassis)))
    throw invalid(`chassis_uuid: chassis ${chassis} does not exist`);
  if (typeof parent === 'string') {
    const node = isUuid(parent) ? await store.nodes.getByUuid(parent) : await store.nodes.getByName(parent);
    if (!node) throw invalid(`parent_node: node ${parent.slice(0, 100)} does not exist`);
    values.parent_node = node.uuid;
  }
}

/** Values checked by the field table, as the typed record that they are. */
export function asNodePatch(values: JsonObject): NodePatch {
  return values as NodePatch;
}

function asNewNode(values: JsonObject): NewNode {
  return values as NewNode;
}

import { WroughtError } from '../../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import type { Node } from '../../../model/node.ts';
import { UPDATE_ALLOWED_WHILE_TARGET_SET } from '../../../model/state-sets.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import type { PatchOperation } from '../../fields/json-patch.ts';
import { patchResource, removesRoot, setsNull } from '../../fields/patch-resource.ts';
import { basisOf, retryStale } from '../../fields/retry-stale.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { asBadRequest, invalid, newerVersionNeeded } from '../../http/error-replies.ts';
import { ok, type Reply } from '../../http/reply.ts';
import { asNodePatch, resolveReferences } from './create-node.ts';
import { NODE_TABLE } from './node-fields.ts';
import { renderNode } from './node-view.ts';
import { nodeOfPath } from './resolve-node.ts';

const CHASSIS_REMOVAL_SINCE = 25;
/** From this version on, a node in `inspecting` cannot be changed: its inspection may be writing it. */
const INSPECTING_FROZEN_SINCE = 39;

/** `PATCH /v1/nodes/{node}`. Patches at the same time lose nothing of each other. */
export function patchNode(
  request: ApiRequest,
  body: Json,
  resetInterfaces: boolean | undefined,
  dependencies: ApiDependencies,
): Promise<Reply> {
  return retryStale(`Node ${request.path}`, () => tryPatch(request, body, resetInterfaces, dependencies));
}

async function tryPatch(
  request: ApiRequest,
  body: Json,
  resetInterfaces: boolean | undefined,
  dependencies: ApiDependencies,
): Promise<Reply> {
  const { store, conductor } = dependencies;
  const node = await nodeOfPath(store, request);
  const { operations, changed, touched } = patchResource(NODE_TABLE, body, storedValues(node), request.minor);
  checkOperations(operations, request.minor);
  if (resetInterfaces !== undefined && !operations.some((each) => each.path[0] === 'driver')) {
    throw invalid('reset_interfaces is for a change of the driver, and /driver is not in the patch');
  }
  checkState(node, operations, request.minor);
  await resolveReferences(changed, dependencies);
  checkReasons(node, touched);
  fillInstanceName(node, changed);
  const nothing = Object.keys(changed).length === 0 && !resetInterfaces;
  const updated = nothing
    ? node
    : await asBadRequest(['NO_VALID_HOST'], () =>
        conductor.updateNode(request.context, node.uuid, asNodePatch(changed), {
          basedOn: basisOf(node, changed),
          ...(resetInterfaces ? { resetInterfaces } : {}),
        }),
      );
  return ok(renderNode(request, conductor, updated));
}

/** The patchable attributes of a node as stored. */
function storedValues(node: Node): JsonObject {
  const values: JsonObject = {};
  for (const field of NODE_TABLE.fields) {
    if (field.patch) values[field.name] = attribute(node, field.name);
  }
  return values;
}

function attribute(node: Node, name: string): Json {
  // Patchable attributes are JSON values by their table.
  return (node[name as keyof Node] ?? null) as Json;
}

function checkOperations(operations: readonly PatchOperation[], minor: number): void {
  if (setsNull(operations, 'name')) throw invalid('name cannot be set to null; remove it instead');
  if (operations.some((each) => each.op !== 'remove' && each.path.join('/') === 'network_data' && isEmptyObject(each.value))) {
    throw invalid('network_data cannot be set to an empty object; remove it instead');
  }
  if (removesRoot(operations, 'chassis_uuid') && minor < CHASSIS_REMOVAL_SINCE) {
    throw newerVersionNeeded('Removing chassis_uuid', CHASSIS_REMOVAL_SINCE);
  }
}

const isEmptyObject = (value: Json | undefined): boolean => isJsonObject(value) && Object.keys(value).length === 0;

/** States in which nothing may be changed. @throws CONFLICT. */
function checkState(node: Node, operations: readonly PatchOperation[], minor: number): void {
  const [only, ...others] = operations;
  const releasesInstance =
    node.maintenance && others.length === 0 && only?.op === 'remove' && only.path.length === 1 && only.path[0] === 'instance_uuid';
  if (releasesInstance || operations.length === 0) return;
  const wish = `Node ${node.uuid} cannot be updated`;
  if (node.target_provision_state !== null && !UPDATE_ALLOWED_WHILE_TARGET_SET.has(node.provision_state)) {
    throw new WroughtError('CONFLICT', `${wish} while it goes from ${node.provision_state} to ${node.target_provision_state}`);
  }
  if (node.provision_state === 'inspecting' && minor >= INSPECTING_FROZEN_SINCE) {
    throw new WroughtError('CONFLICT', `${wish} while it is in state inspecting`);
  }
}

/** A reason needs what it is the reason of, before or in the same patch. @throws INVALID_PARAMETER. */
function checkReasons(node: Node, touched: JsonObject): void {
  for (const flag of ['protected', 'retired'] as const) {
    const reason = touched[`${flag}_reason`];
    const set = touched[flag] ?? node[flag];
    if (reason !== undefined && reason !== null && set !== true) throw invalid(`${flag}_reason can only be set on a node that is ${flag}`);
  }
}

/** A display name that an orchestrator writes becomes the instance's name while that is unset. */
function fillInstanceName(node: Node, changed: JsonObject): void {
  const info = changed.instance_info;
  if (
    node.instance_name !== null ||
    changed.instance_name !== undefined ||
    typeof info !== 'object' ||
    info === null ||
    Array.isArray(info)
  )
    return;
  const name = info.display_name;
  if (typeof name === 'string' && name.length >= 1 && name.length <= 255) changed.instance_name = name;
}

import { WroughtError } from '../../model/errors.ts';
import { INTERFACE_KINDS, type InterfaceField } from '../../model/interface-kind.ts';
import type { Node, NodePatch } from '../../model/node.ts';
import {
  INSTANCE_UUID_REMOVAL_ALLOWED_WITH_ALLOCATION,
  INTERFACE_CHANGE_ALLOWED,
  PROTECTED_MAY_BE_SET,
  RESOURCE_CLASS_CHANGE_ALLOWED,
  RETIRED_MAY_NOT_BE_SET,
} from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import type { NodeTask } from '../node-task.ts';
import { withNode } from '../with-node.ts';
import { checkEnrollmentBootMode, chosenInterfaces, requireConductor } from './create-node.ts';
import { requireUnchanged } from './require-unchanged.ts';

const FIELDS: readonly InterfaceField[] = INTERFACE_KINDS.map((kind): InterfaceField => `${kind}_interface`);

/**
 * Changes a node as a client asks. No driver is loaded, so that a node whose interface is not enabled any more can be put right.
 *
 * @throws CONFLICT (state, protected, retired, resource class, owner of an allocation), NODE_ASSOCIATED, INSTANCE_ASSOCIATED, DUPLICATE,
 * INTERFACE_NOT_FOUND, NO_VALID_HOST, NODE_LOCKED, STALE.
 */
export async function updateNode(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  patch: NodePatch,
  options: { resetInterfaces?: boolean; basedOn?: NodePatch } = {},
): Promise<Node> {
  return withNode(ctx, { uuid, purpose: 'node update', request }, async (task) => {
    checkEnrollmentBootMode(ctx, patch);
    requireStoppedConsole(task, patch);
    return ctx.store.transaction(async (tx) => {
      let before: Node | null = null;
      const node = await tx.nodes.mutate(uuid, task.held.lease, (stored) => {
        before = stored;
        requireUnchanged(`Node ${uuid}`, stored, options.basedOn);
        return completed(ctx, stored, patch, options.resetInterfaces === true);
      });
      // Who takes the instance off the node gives its allocation up.
      if (patch.instance_uuid === null) await tx.allocations.deleteOfNode(uuid);
      const data = { fields: Object.keys(patch) };
      await tx.events.add({ kind: 'node.updated', node_uuid: node.uuid, node_name: node.name, data });
      if (patch.maintenance !== undefined && patch.maintenance !== (before ?? node).maintenance) {
        const told = { maintenance: node.maintenance, reason: node.maintenance_reason, fault: node.fault };
        await tx.events.add({ kind: 'node.maintenance', node_uuid: node.uuid, node_name: node.name, data: told });
      }
      return node;
    });
  });
}

/** The patch with its side effects, or the reason why not. */
function completed(ctx: ConductorContext, node: Node, patch: NodePatch, reset: boolean): NodePatch {
  const result: NodePatch = { ...patch };
  checkInstance(node, patch);
  checkFlags(node, patch);
  if (
    patch.resource_class !== undefined &&
    node.resource_class !== null &&
    patch.resource_class !== node.resource_class &&
    !RESOURCE_CLASS_CHANGE_ALLOWED.has(node.provision_state)
  ) {
    throw conflict(
      node,
      `resource_class can not be changed from ${node.resource_class} while the node is in state ${node.provision_state}`,
    );
  }
  if (patch.maintenance === false) {
    result.maintenance_reason = null;
    result.fault = null;
  }
  if (patch.protected === false) result.protected_reason = null;
  if (patch.retired === false) result.retired_reason = null;
  if (patch.instance_uuid === null && node.allocation_uuid !== null) result.allocation_uuid = null;
  if (patch.conductor_group !== undefined) result.conductor_group = patch.conductor_group.toLowerCase();
  const driver = patch.driver ?? node.driver;
  if (result.conductor_group !== undefined || driver !== node.driver) {
    requireConductor(ctx, result.conductor_group ?? node.conductor_group, driver);
  }
  Object.assign(result, interfaces(ctx, node, patch, driver, reset));
  return result;
}

/** Interfaces as they will be; nothing where neither they nor the driver are in the patch. */
function interfaces(ctx: ConductorContext, node: Node, patch: NodePatch, driver: string, reset: boolean): NodePatch {
  const named = FIELDS.filter((field) => patch[field] !== undefined);
  const driverChanges = driver !== node.driver;
  if (named.length === 0 && !driverChanges) return {};
  const changes = driverChanges || named.some((field) => patch[field] !== node[field]);
  if (changes && !node.maintenance && !INTERFACE_CHANGE_ALLOWED.has(node.provision_state)) {
    throw conflict(
      node,
      `${driverChanges ? 'driver' : named.join(', ')} can only be changed in states ${[...INTERFACE_CHANGE_ALLOWED].join(', ')} or in maintenance; the node is in state ${node.provision_state}`,
    );
  }
  const wanted: NodePatch = {};
  for (const field of FIELDS) {
    const value = patch[field] === undefined ? (reset ? null : node[field]) : patch[field];
    wanted[field] = value ?? null;
  }
  return chosenInterfaces(ctx, driver, wanted);
}

function checkInstance(node: Node, patch: NodePatch): void {
  const wish = patch.instance_uuid;
  if (wish === undefined || wish === node.instance_uuid) return;
  if (wish !== null && node.instance_uuid !== null) {
    throw new WroughtError('NODE_ASSOCIATED', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`);
  }
  const free = node.maintenance || INSTANCE_UUID_REMOVAL_ALLOWED_WITH_ALLOCATION.has(node.provision_state);
  if (wish === null && node.allocation_uuid !== null && !free) {
    throw conflict(
      node,
      `instance_uuid can not be removed in state ${node.provision_state} while allocation ${node.allocation_uuid} stands`,
    );
  }
}

function checkFlags(node: Node, patch: NodePatch): void {
  if (patch.protected === true && !node.protected && !PROTECTED_MAY_BE_SET.has(node.provision_state)) {
    throw conflict(
      node,
      `protected can only be set in states ${[...PROTECTED_MAY_BE_SET].join(', ')}; the node is in state ${node.provision_state}`,
    );
  }
  if (patch.retired === true && !node.retired && RETIRED_MAY_NOT_BE_SET.has(node.provision_state)) {
    throw conflict(node, `retired can not be set in state ${node.provision_state}; move the node to manageable first`);
  }
  if (patch.protected_reason && !(patch.protected ?? node.protected)) {
    throw new WroughtError('INVALID_PARAMETER', `Node ${node.uuid}: protected_reason needs protected to be true.`);
  }
  if (patch.retired_reason && !(patch.retired ?? node.retired)) {
    throw new WroughtError('INVALID_PARAMETER', `Node ${node.uuid}: retired_reason needs retired to be true.`);
  }
}

function requireStoppedConsole(task: NodeTask, patch: NodePatch): void {
  if (patch.driver === undefined || patch.driver === task.node.driver || !task.node.console_enabled) return;
  throw conflict(task.node, 'the driver can not be changed while the console is enabled; stop the console first');
}

function conflict(node: Node, why: string): WroughtError {
  return new WroughtError('CONFLICT', `Node ${node.uuid} can not be updated: ${why}.`);
}

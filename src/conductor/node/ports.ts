/** Rules of ports that depend on the node they belong to. */
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { NewPort, Port, PortPatch } from '../../model/port.ts';
import { PORT_CONNECTIVITY_CHANGE_ALLOWED, PORT_MAC_CHANGE_REFUSED } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';
import { checkGroupOfPort } from './portgroups.ts';
import { requireUnchanged } from './require-unchanged.ts';

const CONNECTIVITY = ['portgroup_uuid', 'pxe_enabled', 'local_link_connection', 'physical_network'] as const;

/** Changes that a port's group has a say in. */
const GROUP_MATTERS = ['node_uuid', ...CONNECTIVITY] as const;

/** Needs no lease and has no state rule. @throws DUPLICATE, NOT_FOUND (node), CONFLICT and INVALID_PARAMETER (portgroup). */
export function createPort(ctx: ConductorContext, values: NewPort): Promise<Port> {
  return ctx.store.transaction(async (tx) => {
    await checkGroupOfPort(tx, values);
    return tx.ports.create({ ...values, address: values.address.toLowerCase() });
  });
}

/** @throws CONFLICT, DUPLICATE, NODE_LOCKED, NOT_FOUND, STALE. */
export async function updatePort(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  patch: PortPatch,
  options: { basedOn?: PortPatch } = {},
): Promise<Port> {
  const port = await find(ctx, uuid);
  return withNode(ctx, { uuid: port.node_uuid, purpose: 'port update', request }, async (task) => {
    const current = await find(ctx, uuid);
    requireUnchanged(`Port ${uuid}`, current, options.basedOn);
    checkMac(task.node, current, patch);
    checkConnectivity(task.node, current, patch);
    const change = patch.address === undefined ? patch : { ...patch, address: patch.address.toLowerCase() };
    return ctx.store.transaction(async (tx) => {
      await tx.nodes.mutate(task.node.uuid, task.held.lease, () => null);
      if (GROUP_MATTERS.some((field) => change[field] !== undefined)) await checkGroupOfPort(tx, { ...current, ...change }, current);
      return tx.ports.update(uuid, change);
    });
  });
}

/** @throws CONFLICT while a VIF is attached, NODE_LOCKED, NOT_FOUND. */
export async function destroyPort(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  const port = await find(ctx, uuid);
  await withNode(ctx, { uuid: port.node_uuid, purpose: 'port deletion', request }, async (task) => {
    const current = await find(ctx, uuid);
    const vif = current.internal_info.tenant_vif_port_id ?? current.extra.vif_port_id;
    if (vif && !task.node.maintenance) {
      throw new WroughtError(
        'CONFLICT',
        `Cannot delete the port ${uuid} as it is bound to VIF ${String(vif)}; detach it first, or set the node into maintenance.`,
      );
    }
    await ctx.store.transaction(async (tx) => {
      await tx.nodes.mutate(task.node.uuid, task.held.lease, () => null);
      await tx.ports.delete(uuid);
    });
  });
}

async function find(ctx: ConductorContext, uuid: string): Promise<Port> {
  const port = await ctx.store.ports.getByUuid(uuid);
  if (!port) throw new WroughtError('NOT_FOUND', `Port ${uuid} could not be found.`);
  return port;
}

function checkMac(node: Node, port: Port, patch: PortPatch): void {
  if (patch.address === undefined || patch.address.toLowerCase() === port.address || node.maintenance) return;
  if (node.instance_uuid === null && !PORT_MAC_CHANGE_REFUSED.has(node.provision_state)) return;
  throw new WroughtError(
    'CONFLICT',
    `Cannot update the address of port ${port.uuid}: node ${node.uuid} is in state ${node.provision_state}${node.instance_uuid === null ? '' : ` with instance ${node.instance_uuid}`}. Set the node into maintenance to do so.`,
  );
}

function checkConnectivity(node: Node, port: Port, patch: PortPatch): void {
  if (node.maintenance || PORT_CONNECTIVITY_CHANGE_ALLOWED.has(node.provision_state)) return;
  const changed = CONNECTIVITY.filter(
    (field) => patch[field] !== undefined && JSON.stringify(patch[field]) !== JSON.stringify(port[field]),
  );
  if (changed.length === 0) return;
  throw new WroughtError(
    'CONFLICT',
    `Cannot update ${changed.join(', ')} of port ${port.uuid} while node ${node.uuid} is in state ${node.provision_state}; allowed are ${[...PORT_CONNECTIVITY_CHANGE_ALLOWED].join(', ')}, and any state in maintenance.`,
  );
}

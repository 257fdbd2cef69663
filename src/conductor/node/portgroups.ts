/** Rules of portgroups that depend on their node and their ports. */
import { WroughtError } from '../../model/errors.ts';
import type { Port } from '../../model/port.ts';
import type { Portgroup, PortgroupPatch } from '../../model/portgroup.ts';
import { PORT_CONNECTIVITY_CHANGE_ALLOWED } from '../../model/state-sets.ts';
import type { Repositories } from '../../store/store.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';
import { requireUnchanged } from './require-unchanged.ts';

const ALL = { limit: 10_000 };

/**
 * A change of the physical network is carried over to all ports of the group, in one transaction.
 * @throws CONFLICT (state of the node, ports that boot from the network), INVALID_PARAMETER (new node), DUPLICATE, NODE_LOCKED, NOT_FOUND, STALE.
 */
export async function updatePortgroup(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  patch: PortgroupPatch,
  options: { basedOn?: PortgroupPatch } = {},
): Promise<Portgroup> {
  const { node_uuid } = await find(ctx.store, uuid);
  return withNode(ctx, { uuid: node_uuid, purpose: 'portgroup update', request }, (task) =>
    ctx.store.transaction(async (tx) => {
      const node = await tx.nodes.mutate(node_uuid, task.held.lease, () => null);
      const group = await find(tx, uuid);
      requireUnchanged(`Portgroup ${uuid}`, group, options.basedOn);
      const ports = await tx.ports.list({ portgroupUuid: uuid }, ALL);
      if (patch.node_uuid !== undefined && patch.node_uuid !== group.node_uuid) {
        if (ports.length > 0)
          throw new WroughtError('INVALID_PARAMETER', `Portgroup ${uuid} cannot move to node ${patch.node_uuid}: it still contains ports.`);
        if (!node.maintenance && !PORT_CONNECTIVITY_CHANGE_ALLOWED.has(node.provision_state)) {
          throw new WroughtError(
            'CONFLICT',
            `Portgroup ${uuid} cannot leave node ${node.uuid}, which is in state ${node.provision_state}; allowed are ${[...PORT_CONNECTIVITY_CHANGE_ALLOWED].join(', ')}, and any state in maintenance.`,
          );
        }
      }
      if (patch.standalone_ports_supported === false) {
        const booting = ports.find((port) => port.pxe_enabled);
        if (booting) throw standaloneRefusal(uuid, booting.uuid);
      }
      if (patch.physical_network !== undefined) {
        for (const port of ports) await tx.ports.update(port.uuid, { physical_network: patch.physical_network });
      }
      return tx.portgroups.update(uuid, patch);
    }),
  );
}

/** @throws INVALID_PARAMETER while ports are in it, NODE_LOCKED, NOT_FOUND. */
export async function destroyPortgroup(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  const group = await find(ctx.store, uuid);
  await withNode(ctx, { uuid: group.node_uuid, purpose: 'portgroup deletion', request }, (task) =>
    ctx.store.transaction(async (tx) => {
      await tx.nodes.mutate(group.node_uuid, task.held.lease, () => null);
      await tx.portgroups.delete(uuid);
    }),
  );
}

/**
 * A port as it would be must fit its group: same node, usable alone where it boots from the network, one physical network.
 * @param before the stored port; undefined for a new one. @throws INVALID_PARAMETER, CONFLICT.
 */
export async function checkGroupOfPort(
  tx: Pick<Repositories, 'portgroups' | 'ports'>,
  port: Pick<Port, 'node_uuid'> & Partial<Port>,
  before?: Port,
): Promise<void> {
  if (!port.portgroup_uuid) return;
  const group = await tx.portgroups.getByUuid(port.portgroup_uuid);
  if (!group) throw new WroughtError('INVALID_PARAMETER', `Portgroup ${port.portgroup_uuid} does not exist.`);
  if (group.node_uuid !== port.node_uuid) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Portgroup ${group.uuid} belongs to node ${group.node_uuid}, so a port of node ${port.node_uuid} cannot be in it.`,
    );
  }
  if (!group.standalone_ports_supported && (port.pxe_enabled ?? true)) throw standaloneRefusal(group.uuid, before?.uuid ?? 'to be created');
  const others = (await tx.ports.list({ portgroupUuid: group.uuid }, ALL)).filter((other) => other.uuid !== before?.uuid);
  const network = port.physical_network ?? null;
  const differing = others.find((other) => other.physical_network !== network);
  if (differing) {
    throw new WroughtError(
      'CONFLICT',
      `Ports of portgroup ${group.uuid} must be in one physical network: port ${differing.uuid} is in ${shown(differing.physical_network)}, this one would be in ${shown(network)}.`,
    );
  }
}

const shown = (network: string | null): string => (network === null ? 'none' : `"${network}"`);

function standaloneRefusal(group: string, port: string): WroughtError {
  return new WroughtError(
    'CONFLICT',
    `Portgroup ${group} without standalone ports cannot have the port ${port}, which has pxe_enabled: a port that boots from the network is used alone.`,
  );
}

async function find(tx: Pick<Repositories, 'portgroups'>, uuid: string): Promise<Portgroup> {
  const group = await tx.portgroups.getByUuid(uuid);
  if (!group) throw new WroughtError('NOT_FOUND', `Portgroup ${uuid} could not be found.`);
  return group;
}

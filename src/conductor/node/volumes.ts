/** Rules of volume connectors and targets that depend on their node. */
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { DELETE_ALLOWED } from '../../model/state-sets.ts';
import type { VolumeConnector, VolumeConnectorPatch, VolumeTarget, VolumeTargetPatch } from '../../model/volume.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withNode } from '../with-node.ts';

/** @throws INVALID_PARAMETER while the node is not off, DUPLICATE, NODE_LOCKED, NOT_FOUND. */
export async function updateVolumeConnector(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  patch: VolumeConnectorPatch,
): Promise<VolumeConnector> {
  const { node_uuid } = await found('connector', uuid, ctx.store.volumeConnectors.getByUuid(uuid));
  return underLease(
    ctx,
    request,
    node_uuid,
    'volume connector update',
    (node) => requireOff(node, 'connector', uuid),
    () => ctx.store.volumeConnectors.update(uuid, patch),
  );
}

/** As `updateVolumeConnector`. */
export async function updateVolumeTarget(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  patch: VolumeTargetPatch,
): Promise<VolumeTarget> {
  const { node_uuid } = await found('target', uuid, ctx.store.volumeTargets.getByUuid(uuid));
  return underLease(
    ctx,
    request,
    node_uuid,
    'volume target update',
    (node) => requireOff(node, 'target', uuid),
    () => ctx.store.volumeTargets.update(uuid, patch),
  );
}

/** @throws INVALID_PARAMETER while the node is on and in use, NODE_LOCKED, NOT_FOUND. */
export async function destroyVolume(
  ctx: ConductorContext,
  request: RequestContext,
  kind: 'connector' | 'target',
  uuid: string,
): Promise<void> {
  const repository = kind === 'connector' ? ctx.store.volumeConnectors : ctx.store.volumeTargets;
  const stored: Promise<{ node_uuid: string } | undefined> = repository.getByUuid(uuid);
  const { node_uuid } = await found(kind, uuid, stored);
  const rule = (node: Node): void => {
    // The states in which a node may be deleted with all that it has.
    if (!DELETE_ALLOWED.has(node.provision_state)) requireOff(node, kind, uuid);
  };
  await underLease(ctx, request, node_uuid, `volume ${kind} deletion`, rule, () => repository.delete(uuid));
}

async function underLease<T>(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  purpose: string,
  rule: (node: Node) => void,
  work: () => Promise<T>,
): Promise<T> {
  return withNode(ctx, { uuid, purpose, request }, ({ held }) =>
    ctx.store.transaction(async (tx) => {
      rule(await tx.nodes.mutate(uuid, held.lease, () => null));
      return work();
    }),
  );
}

function requireOff(node: Node, kind: string, uuid: string): void {
  if (node.power_state === 'power off') return;
  throw new WroughtError(
    'INVALID_PARAMETER',
    `Volume ${kind} ${uuid} cannot be changed: node ${node.uuid} must be powered off, its power state is ${node.power_state ?? 'not known'}.`,
  );
}

async function found<T>(kind: string, uuid: string, record: Promise<T | undefined>): Promise<T> {
  const answer = await record;
  if (answer === undefined) throw new WroughtError('NOT_FOUND', `Volume ${kind} ${uuid} could not be found.`);
  return answer;
}

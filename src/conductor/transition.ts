/**
 * The one way to change `provision_state`. State, target, time stamps, last error, history rows and outbox events are one transaction,
 * conditional on the lease; where the change ends the work it also gives the lease back, so nobody ever sees a settled node that is
 * still held.
 *
 *     verb / worker ── event ──▶ table of transitions ──▶ {node row, history, outbox, lease} in one commit
 */
import { WroughtError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Node, NodePatch } from '../model/node.ts';
import { UNSTABLE } from '../model/state-sets.ts';
import { findTransition, type ProvisionState, type StateEvent } from '../model/states.ts';
import type { Repositories } from '../store/store.ts';
import type { ConductorContext } from './conductor-context.ts';
import { addHistory, cutText, type HistoryNote } from './history-note.ts';
import type { NodeTask } from './node-task.ts';

export interface StateChange {
  readonly event: StateEvent;
  /** Instead of the table's target. */
  readonly target?: ProvisionState;
  /** Other fields written with it. */
  readonly patch?: (node: Node) => NodePatch;
  /** Null clears it; left out it stays. */
  readonly lastError?: string | null;
  readonly history?: readonly HistoryNote[];
  /** `node.step` events of the same moment. */
  readonly steps?: readonly JsonObject[];
  /** The work ends with it: the lease is given back in the same transaction. */
  readonly release?: boolean;
  /** Further writes of the same transaction. */
  readonly also?: (tx: Repositories, node: Node) => Promise<void>;
}

/** Events that continue a piece of work: the target that the work began with stays. */
const CONTINUING: ReadonlySet<StateEvent> = new Set<StateEvent>(['wait', 'resume', 'hold', 'unhold', 'fail', 'abort']);

/** @throws INVALID_STATE_REQUESTED when the event is not defined in the node's state; LEASE_LOST. */
export async function changeState(ctx: ConductorContext, task: NodeTask, change: StateChange): Promise<Node> {
  task.held.signal.throwIfAborted();
  const now = ctx.clock.now();
  const { lease } = task.held;
  const { before, after } = await ctx.store.transaction(async (tx) => {
    let before: Node | null = null;
    const after = await tx.nodes.mutate(lease.nodeUuid, lease, (node) => {
      before = node;
      return patchFor(ctx, node, change, now);
    });
    const previous: Node = before ?? after;
    await addHistory(ctx, tx, after, change.history ?? [], task.request, previous.provision_updated_at);
    for (const data of change.steps ?? []) await tx.events.add({ kind: 'node.step', node_uuid: after.uuid, node_name: after.name, data });
    await tx.events.add({
      kind: 'node.provision_state',
      node_uuid: after.uuid,
      node_name: after.name,
      data: eventData(ctx, previous, after, change),
    });
    await change.also?.(tx, after);
    if (change.release) await tx.nodes.releaseLease(lease);
    return { before: previous, after };
  });
  task.apply(after);
  if (change.release) ctx.leases.forget(task.held);
  const fields = {
    node: after.uuid,
    event: change.event,
    from: before.provision_state,
    to: after.provision_state,
    target: after.target_provision_state,
    ...(change.lastError ? { reason: cutText(ctx, change.lastError) } : {}),
  };
  if (change.event === 'fail') ctx.log.error(fields, 'provision state changed');
  else ctx.log.info(fields, 'provision state changed');
  return after;
}

/** The peer's text for a verb or event that the state does not allow. */
export function stateRefusal(action: string, node: Pick<Node, 'uuid' | 'provision_state'>): WroughtError {
  return new WroughtError(
    'INVALID_STATE_REQUESTED',
    `The requested action "${action}" can not be performed on node "${node.uuid}" while it is in state "${node.provision_state}".`,
  );
}

function patchFor(ctx: ConductorContext, node: Node, change: StateChange, now: number): NodePatch {
  const transition = findTransition(node.provision_state, change.event);
  if (!transition) throw stateRefusal(change.event, node);
  const kept = CONTINUING.has(change.event) ? node.target_provision_state : null;
  const target = transition.target === null ? null : (change.target ?? kept ?? transition.target);
  const patch: NodePatch = {
    ...change.patch?.(node),
    ...inspectionTimes(node, transition.to, now),
    provision_state: transition.to,
    target_provision_state: target,
    provision_updated_at: now,
  };
  if (change.lastError !== undefined) patch.last_error = change.lastError === null ? null : cutText(ctx, change.lastError);
  return patch;
}

function inspectionTimes(node: Node, to: ProvisionState, now: number): NodePatch {
  const from = node.provision_state;
  if (to === 'inspecting' && from !== 'inspect wait') return { inspection_started_at: now, inspection_finished_at: null };
  const wasInspecting = from === 'inspecting' || from === 'inspect wait';
  if (wasInspecting && to === 'manageable') return { inspection_started_at: null, inspection_finished_at: now };
  if (wasInspecting && to === 'inspect failed') return { inspection_started_at: null };
  return {};
}

function eventData(ctx: ConductorContext, before: Node, after: Node, change: StateChange): JsonObject {
  return {
    event: change.event,
    status: statusOf(change.event, before.provision_state, after.provision_state),
    previous_provision_state: before.provision_state,
    previous_target_provision_state: before.target_provision_state,
    provision_state: after.provision_state,
    target_provision_state: after.target_provision_state,
    last_error: after.last_error,
    conductor: ctx.hostname,
  };
}

/** Status word of the peer's `provision_set` notification. */
function statusOf(event: StateEvent, from: ProvisionState, to: ProvisionState): string {
  if (event === 'fail') return 'error';
  if (!UNSTABLE.has(from) && UNSTABLE.has(to)) return 'start';
  if (UNSTABLE.has(from) && !UNSTABLE.has(to)) return 'end';
  return 'success';
}

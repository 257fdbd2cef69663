/**
 * The whole power action: what the driver does plus all that must happen around it.
 *
 *     refuse off where the node may never be off ─▶ already so? ─▶ forget the agent (off, reboot) ─▶ driver ─▶ store state + event
 *                                                                                              ╰─ error ─▶ target cleared, history
 */
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Node, PowerState, PowerTarget } from '../../model/node.ts';
import { STATE_INFO } from '../../model/states.ts';
import { forgottenAgent } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory, cutText } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { withDeadline } from '../with-deadline.ts';
import { isLeaseLoss } from '../with-node.ts';
import { cutsPower, isSoft, stateAimedAt } from './power-target.ts';

/** Longest that volumes may take to be attached or detached. */
const VOLUME_SECONDS = 300;

/**
 * @param timeoutSeconds for soft requests; null takes `[conductor]soft_power_off_timeout` or `power_state_change_timeout`.
 * @throws POWER_STATE_FAILURE, BMC errors, LEASE_LOST. The node's target is cleared in every case.
 */
export async function powerAction(
  ctx: ConductorContext,
  task: NodeTask,
  target: PowerTarget,
  timeoutSeconds: number | null,
): Promise<void> {
  const { uuid } = task.node;
  const aim = stateAimedAt(target);
  if (aim === 'power off' && task.node.disable_power_off) {
    throw new WroughtError('POWER_STATE_FAILURE', `Node ${uuid}: power off was asked for, but disable_power_off is set on the node.`);
  }
  const seconds =
    timeoutSeconds ?? ctx.config.integer('conductor', isSoft(target) ? 'soft_power_off_timeout' : 'power_state_change_timeout');
  const limit = {
    what: `power target "${target}"`,
    seconds: seconds * 2 + 30,
    hint: 'Look at the BMC.',
    code: 'POWER_STATE_FAILURE' as const,
  };
  const volumes = { what: 'connecting volumes', seconds: VOLUME_SECONDS, hint: 'Look at the storage service.' };
  try {
    if (await withDeadline(ctx, task, limit, (narrowed) => alreadyThere(narrowed, target))) {
      await settle(ctx, task, aim);
      return;
    }
    await task.mutate((node) => ({
      target_power_state: aim,
      ...(cutsPower(target) ? { driver_internal_info: merged(node.driver_internal_info, forgottenAgent(node.driver_internal_info)) } : {}),
    }));
    if (aim === 'power on' && task.node.provision_state === 'active')
      await withDeadline(ctx, task, volumes, (t) => t.driver.storage.attachVolumes(t));
    await withDeadline(ctx, task, limit, (narrowed) => task.driver.power.setPowerState(narrowed, target, seconds));
    if (aim === 'power off' && task.node.provision_state === 'active')
      await withDeadline(ctx, task, volumes, (t) => t.driver.storage.detachVolumes(t));
    await settle(ctx, task, aim);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await recordFailure(ctx, task, target, error);
    throw error;
  }
}

async function alreadyThere(task: NodeTask, target: PowerTarget): Promise<boolean> {
  if (target === 'rebooting' || target === 'soft rebooting') return false;
  return (await task.driver.power.getPowerState(task)) === stateAimedAt(target);
}

async function settle(ctx: ConductorContext, task: NodeTask, state: PowerState): Promise<void> {
  await savePowerState(ctx, task, state, (node) => ({
    target_power_state: null,
    driver_internal_info: { ...node.driver_internal_info, last_power_state_change: new Date(ctx.clock.now()).toISOString() },
  }));
}

/** Stores a power state with its event, if it differs from the stored one. */
export async function savePowerState(
  ctx: ConductorContext,
  task: NodeTask,
  state: PowerState | 'error' | null,
  more: (node: Node) => object = () => ({}),
): Promise<void> {
  const after = await ctx.store.transaction(async (tx) => {
    let before: Node | null = null;
    const node = await tx.nodes.mutate(task.node.uuid, task.held.lease, (stored) => {
      before = stored;
      return { ...more(stored), power_state: state };
    });
    const previous: Node = before ?? node;
    if (previous.power_state !== state || previous.target_power_state !== node.target_power_state) {
      await tx.events.add({
        kind: 'node.power_state',
        node_uuid: node.uuid,
        node_name: node.name,
        data: { from_power: previous.power_state, to_power: state, power_state: state, target_power_state: node.target_power_state },
      });
    }
    return node;
  });
  task.apply(after);
}

async function recordFailure(ctx: ConductorContext, task: NodeTask, target: PowerTarget, error: unknown): Promise<void> {
  const text = `Failed to change power state to '${stateAimedAt(target)}' by '${target}': ${messageOf(error)}`;
  const after = await ctx.store.transaction(async (tx) => {
    const node = await tx.nodes.mutate(task.node.uuid, task.held.lease, (stored) => ({
      target_power_state: null,
      // A failed node keeps the reason of its failure.
      ...(STATE_INFO[stored.provision_state].kind === 'fail' && stored.last_error !== null ? {} : { last_error: cutText(ctx, text) }),
    }));
    await addHistory(ctx, tx, node, [{ severity: 'ERROR', type: 'conductor', text }], task.request);
    await tx.events.add({
      kind: 'node.power_state',
      node_uuid: node.uuid,
      node_name: node.name,
      data: { status: 'error', power_state: node.power_state, target_power_state: null, wanted: target, error: cutText(ctx, text) },
    });
    return node;
  });
  task.apply(after);
}

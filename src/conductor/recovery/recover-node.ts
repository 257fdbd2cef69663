/**
 * Work whose conductor is gone: the node is fenced off from it, then the work is carried on where that is safe, or failed with a reason
 * that names what was going on and who was lost.
 *
 *     abandoned ──fence──▶ free ─┬─ settled or waiting ──▶ nothing more: the agent, a person or a timeout goes on
 *                                ├─ pending power target ──▶ cleared, with the reason
 *                                ╰─ being worked on ─┬─ in maintenance, or recovered too often ──▶ failed state
 *                                                    ├─ verifying, adopting, deleting ──▶ again from the start
 *                                                    ├─ deploying, cleaning, servicing ──▶ recover-flow.ts
 *                                                    ╰─ inspecting, rescuing, unrescuing ──▶ failed state
 */
import { hasCode, messageOf } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { STATE_INFO } from '../../model/states.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory, cutText } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { driverSteps } from '../steps/available-steps.ts';
import { failFlow } from '../steps/fail-flow.ts';
import { currentStep, flowOf, RECOVERIES_KEY } from '../steps/flow.ts';
import { stepName } from '../steps/step-record.ts';
import { changeState } from '../transition.ts';
import { runAdoption } from '../verbs/adopt.ts';
import { tearDown } from '../verbs/deleted.ts';
import { verify } from '../verbs/manage.ts';
import { type LongWork, startWork } from '../with-node.ts';
import { recoverFlow } from './recover-flow.ts';

/** True when the node needs somebody although nobody holds it. */
export function needsRecovery(node: Node): boolean {
  return STATE_INFO[node.provision_state].kind === 'transient' || node.target_power_state !== null;
}

/**
 * Frees a node that `found` shows as abandoned and sees to its work. Several conductors may try: the lease decides. Never throws; a node
 * that could not be helped now is found again.
 */
export async function recoverNode(ctx: ConductorContext, found: Node): Promise<void> {
  const lost = found.reservation ?? 'a conductor that is gone';
  try {
    await fence(ctx, found);
    if (!needsRecovery(found)) return;
    await startWork(
      ctx,
      { uuid: found.uuid, purpose: 'recovery of abandoned work', request: null, lane: 'background', retry: 'once' },
      async (task) => {
        await clearPowerTarget(ctx, task, lost);
        return STATE_INFO[task.node.provision_state].kind === 'transient' ? (working) => carryOn(ctx, working, lost) : null;
      },
    );
  } catch (error) {
    const expected = hasCode(error, 'NODE_LOCKED', 'NOT_FOUND', 'NO_FREE_WORKER', 'LEASE_LOST');
    const fields = { node: found.uuid, lost, error: messageOf(error) };
    if (expected) ctx.log.debug(fields, 'abandoned work is left to whoever holds the node, or to the next round');
    else ctx.log.error(fields, 'abandoned work could not be recovered; the next round tries again');
  }
}

/** From here on the former holder's token is worth nothing. */
async function fence(ctx: ConductorContext, found: Node): Promise<void> {
  if (found.reservation === null) return;
  const { uuid: nodeUuid, reservation: holder, lease_token: token, lease_purpose, lease_expires_at } = found;
  const freed = await ctx.store.nodes.releaseLease({
    nodeUuid,
    holder,
    token,
    purpose: lease_purpose ?? '',
    expiresAt: lease_expires_at ?? 0,
  });
  if (freed)
    ctx.log.warn(
      { node: nodeUuid, holder, purpose: lease_purpose, state: found.provision_state },
      'the lease of a lost conductor was ended',
    );
}

async function clearPowerTarget(ctx: ConductorContext, task: NodeTask, lost: string): Promise<void> {
  if (task.node.target_power_state === null) return;
  const text = `Pending power operation was aborted: conductor ${lost} was lost before the node was ${task.node.target_power_state === 'power on' ? 'on' : 'off'}.`;
  const node = await ctx.store.transaction(async (tx) => {
    const stored = await tx.nodes.mutate(task.node.uuid, task.held.lease, () => ({
      target_power_state: null,
      last_error: cutText(ctx, text),
    }));
    await addHistory(ctx, tx, stored, [{ severity: 'ERROR', type: 'takeover', text }], null);
    await tx.events.add({
      kind: 'node.power_state',
      node_uuid: stored.uuid,
      node_name: stored.name,
      data: { status: 'error', power_state: stored.power_state, target_power_state: null, error: text },
    });
    return stored;
  });
  task.apply(node);
}

async function carryOn(ctx: ConductorContext, task: NodeTask, lost: string): Promise<void> {
  const before = task.node.driver_internal_info[RECOVERIES_KEY];
  const recoveries = typeof before === 'number' ? before : 0;
  if (task.node.maintenance) return failRecovered(ctx, task, lost, 'the node is in maintenance', true);
  if (ctx.membership.conductorOf(task.node) === null) {
    const { driver, conductor_group: group } = task.node;
    return failRecovered(ctx, task, lost, `no live conductor serves driver ${driver} in conductor group "${group}"`, true);
  }
  if (recoveries >= ctx.config.integer('wrought', 'recovery_attempts')) {
    return failRecovered(ctx, task, lost, `the work was lost ${recoveries + 1} times ([wrought]recovery_attempts)`, false);
  }
  let work: LongWork | string;
  try {
    work = workFor(ctx, task, lost);
  } catch (error) {
    return failRecovered(ctx, task, lost, messageOf(error), true);
  }
  if (typeof work === 'string') return failRecovered(ctx, task, lost, work, false);
  await task.mutate((node) => ({ driver_internal_info: merged(node.driver_internal_info, { [RECOVERIES_KEY]: recoveries + 1 }) }));
  ctx.log.warn(
    { node: task.node.uuid, lost, state: task.node.provision_state, recoveries: recoveries + 1 },
    'abandoned work is carried on',
  );
  await work(task);
}

/** How the work goes on, or why it cannot. Throws where the driver cannot be used. */
function workFor(ctx: ConductorContext, task: NodeTask, lost: string): LongWork | string {
  // Composing says whether this conductor can drive the node at all.
  const { provision_state: state } = task.node;
  const flow = flowOf(state);
  const { power } = task.driver;
  if (flow) return (working) => recoverFlow(ctx, working, flow, (why) => failRecovered(ctx, working, lost, why, false));
  switch (state) {
    case 'verifying': {
      const unsafe = driverSteps(task, 'verify').filter(({ step }) => step.rerun === 'never');
      return unsafe.length === 0
        ? (working) => verify(ctx, working)
        : `verify step ${unsafe[0]?.kind}.${unsafe[0]?.step.step} may not be run again`;
    }
    case 'adopting':
      return (working) => runAdoption(ctx, working);
    case 'deleting':
      return (working) => tearDown(ctx, working);
    default:
      return `${state} with ${power.name} power can not be carried on from the middle; ask for it again`;
  }
}

/**
 * To the failed state. @param handsOff the machine is not touched: it is in maintenance, or the driver cannot be used.
 */
async function failRecovered(ctx: ConductorContext, task: NodeTask, lost: string, why: string, handsOff: boolean): Promise<void> {
  const { node } = task;
  const flow = flowOf(node.provision_state);
  const step = flow ? currentStep(node, flow) : null;
  const where = step ? ` at step ${stepName(step)}` : '';
  const text = `Node ${node.uuid}: conductor ${lost} was lost while the node was ${node.provision_state}${where}. The ${node.provision_state} state can't be resumed by conductor ${ctx.hostname}: ${why}. Moving to fail state.`;
  if (flow) {
    await failFlow(ctx, task, flow, text, { stepRunning: step !== null, step, handsOff });
    return;
  }
  await changeState(ctx, task, {
    event: 'fail',
    lastError: text,
    history: [{ severity: 'ERROR', type: 'takeover', text }],
    patch: (stored) => ({ driver_internal_info: merged(stored.driver_internal_info, { [RECOVERIES_KEY]: undefined }) }),
    release: true,
  });
}

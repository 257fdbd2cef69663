/**
 * rescue and unrescue: a ramdisk with a way in beside the instance's disk, and back.
 *
 *     active, rescue, … ──rescue──▶ rescuing ─┬─ wait ──▶ rescue wait ─(agent calls: password given)─▶ rescuing ──▶ rescue
 *                                             ╰─ error ──▶ rescue failed
 *     rescue, … ──unrescue──▶ unrescuing ─┬─▶ active
 *                                         ╰─ error ──▶ unrescue failed
 */
import { hasCode, messageOf, WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import { bestEffort } from '../best-effort.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { ProvisionRequest, RequestContext } from '../conductor-service.ts';
import { cutText } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { hashRescuePassword } from '../sha-crypt.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';

/** @throws as `checkVerb`; INVALID_PARAMETER. */
export async function rescue(ctx: ConductorContext, request: RequestContext, uuid: string, body: ProvisionRequest): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'node rescue', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'rescue');
    const password = body.rescuePassword ?? '';
    if (password.trim() === '')
      throw new WroughtError('INVALID_PARAMETER', `Node ${uuid}: rescue needs a rescue_password that is not blank.`);
    const hashed = hashRescuePassword(password, ctx.config.string('conductor', 'rescue_password_hash_algorithm'));
    await task.mutate((node) => ({
      instance_info: { ...node.instance_info, rescue_password: password, hashed_rescue_password: hashed },
      driver_internal_info: merged(node.driver_internal_info, forgottenAgentForGood()),
    }));
    try {
      await validateInterfaces(ctx, task, ['power', 'rescue', 'network']);
    } catch (error) {
      await task.mutate((node) => ({ instance_info: withoutPassword(node.instance_info) }));
      throw new WroughtError('INVALID_PARAMETER', `Validation of node ${uuid} for rescue failed: ${messageOf(error)}`, { cause: error });
    }
    await changeState(ctx, task, { event: 'rescue', lastError: null });
    return (working) => runRescue(ctx, working);
  });
}

/** Works a node in `rescuing`. @throws LEASE_LOST alone. */
export async function runRescue(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    const outcome = await withDeadline(ctx, task, callDeadline(ctx, 'rescue'), (t) => t.driver.rescue.rescue(t));
    if (outcome === 'wait') await changeState(ctx, task, { event: 'wait', release: true });
    else
      await changeState(ctx, task, {
        event: 'done',
        release: true,
        patch: (node) => ({ instance_info: withoutPassword(node.instance_info) }),
      });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await failRescue(ctx, task, `Failed to rescue: ${messageOf(error)}`);
  }
}

/** The ramdisk has called and the node is in `rescuing` again: the password is handed over. @throws LEASE_LOST alone. */
export async function finalizeRescue(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    const { finalize } = task.driver.rescue;
    if (!finalize) {
      throw new WroughtError(
        'NOT_BUILT',
        `rescue interface ${task.driver.rescue.name} boots a ramdisk but does not say how to give it the password`,
      );
    }
    await withDeadline(ctx, task, callDeadline(ctx, 'handing the rescue password over'), (t) => finalize.call(t.driver.rescue, t));
    await changeState(ctx, task, {
      event: 'done',
      release: true,
      patch: (node) => ({ instance_info: withoutPassword(node.instance_info) }),
    });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    if (hasCode(error, 'AGENT_IN_PROGRESS')) {
      await changeState(ctx, task, { event: 'wait', release: true });
      return;
    }
    await failRescue(ctx, task, `Failed to rescue: ${messageOf(error)}`);
  }
}

/** Event fail with the password gone, machine off, rescue boot removed. @throws LEASE_LOST alone. */
export async function failRescue(ctx: ConductorContext, task: NodeTask, text: string): Promise<void> {
  if (!task.node.disable_power_off)
    await bestEffort(ctx, task, { what: 'powering off after the failed rescue', seconds: 240 }, (t) => t.power('power off'));
  await bestEffort(ctx, task, callDeadline(ctx, 'clearing up after the failed rescue'), (t) => t.driver.rescue.cleanUp(t));
  await changeState(ctx, task, {
    event: 'fail',
    lastError: text,
    history: [{ severity: 'ERROR', type: 'rescue', text }],
    patch: (node) => rescueGone(node),
    release: true,
  });
}

/** After an abort: the node is in `rescue failed` already; where clearing up fails it is put into maintenance for a person to look at. */
export async function clearUpRescue(ctx: ConductorContext, task: NodeTask): Promise<void> {
  const problem = await bestEffort(ctx, task, callDeadline(ctx, 'clearing up after the aborted rescue'), (t) => t.driver.rescue.cleanUp(t));
  await task.mutate((node) => ({
    ...rescueGone(node),
    ...(problem === null
      ? {}
      : { maintenance: true, fault: 'rescue abort failure', maintenance_reason: node.maintenance_reason ?? cutText(ctx, problem) }),
  }));
}

/** @throws as `checkVerb`; INVALID_PARAMETER. */
export async function unrescue(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'node unrescue', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'unrescue');
    try {
      await validateInterfaces(ctx, task, ['power']);
    } catch (error) {
      throw new WroughtError('INVALID_PARAMETER', `Validation of node ${uuid} for unrescue failed: ${messageOf(error)}`, { cause: error });
    }
    await changeState(ctx, task, { event: 'unrescue', lastError: null });
    return (working) => runUnrescue(ctx, working);
  });
}

/** Works a node in `unrescuing`. @throws LEASE_LOST alone. */
export async function runUnrescue(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    await withDeadline(ctx, task, callDeadline(ctx, 'unrescue'), (t) => t.driver.rescue.unrescue(t));
    await changeState(ctx, task, { event: 'done', patch: (node) => rescueGone(node), release: true });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    const text = `Failed to unrescue: ${messageOf(error)}`;
    await changeState(ctx, task, { event: 'fail', lastError: text, history: [{ severity: 'ERROR', type: 'rescue', text }], release: true });
  }
}

function rescueGone(node: Node): { instance_info: JsonObject; driver_internal_info: JsonObject } {
  return {
    instance_info: withoutPassword(node.instance_info),
    driver_internal_info: merged(node.driver_internal_info, forgottenAgentForGood()),
  };
}

function withoutPassword(info: JsonObject): JsonObject {
  return merged(info, { rescue_password: undefined, hashed_rescue_password: undefined });
}

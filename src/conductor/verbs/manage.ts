/**
 * manage: the node becomes Wrought's to look after.
 *
 *     enroll ──manage──▶ verifying ─┬─ credentials good, verify steps done ──▶ manageable
 *                                   ╰─ anything wrong ──▶ enroll, reason in last_error
 *     available, clean failed, inspect failed, adopt failed ──manage──▶ manageable (at once; maintenance is not touched)
 */
import { messageOf } from '../../model/errors.ts';
import { STEP_INTERFACE_RANK } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import type { NodeTask } from '../node-task.ts';
import { refreshCaches } from '../refresh-caches.ts';
import { driverSteps } from '../steps/available-steps.ts';
import { verifyPriority } from '../steps/compose-steps.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';

/** @throws as `checkVerb`. */
export async function manage(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'provision action manage', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'manage');
    if (task.node.provision_state !== 'enroll') {
      await changeState(ctx, task, { event: 'manage', release: true });
      return null;
    }
    await changeState(ctx, task, { event: 'manage', lastError: null });
    return (working) => verify(ctx, working);
  });
}

/** Works a node in `verifying` to its end. @throws LEASE_LOST alone. */
export async function verify(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    await validateInterfaces(ctx, task, ['power']);
    const seconds = ctx.config.integer('conductor', 'power_state_change_timeout') + 60;
    const power = await withDeadline(ctx, task, { what: 'reading the power state', seconds, hint: 'Look at the BMC.' }, (t) =>
      t.driver.power.getPowerState(t),
    );
    await runVerifySteps(ctx, task);
    await refreshCaches(ctx, task);
    const before = task.node.power_state;
    await changeState(ctx, task, {
      event: 'done',
      release: true,
      patch: () => ({ power_state: power }),
      also: async (tx, node) => {
        if (before === power) return;
        const data = { from_power: before, to_power: power, power_state: power, target_power_state: null, corrected: true };
        await tx.events.add({ kind: 'node.power_state', node_uuid: node.uuid, node_name: node.name, data });
      },
    });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    const text = `Failed to verify node ${task.node.uuid}: ${messageOf(error)}`;
    await changeState(ctx, task, {
      event: 'fail',
      lastError: text,
      history: [{ severity: 'ERROR', type: 'verify', text }],
      release: true,
    });
  }
}

/** All verify steps by priority; the first one that fails ends the verification. */
async function runVerifySteps(ctx: ConductorContext, task: NodeTask): Promise<void> {
  const rank = STEP_INTERFACE_RANK.verify;
  const steps = driverSteps(task, 'verify')
    .map(({ kind, step }) => ({ kind, step, priority: verifyPriority(ctx.config, `${kind}.${step.step}`, step.priority) }))
    .filter(({ priority }) => priority > 0)
    .sort((a, b) => b.priority - a.priority || (rank[b.kind] ?? 0) - (rank[a.kind] ?? 0));
  for (const { kind, step } of steps) {
    const what = `verify step ${kind}.${step.step}`;
    await withDeadline(ctx, task, { what, seconds: step.deadlineSeconds, hint: step.stallHint }, (t) => step.run(t, {}));
  }
}

import type { StepRecord } from '../../model/step.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { refreshCaches } from '../refresh-caches.ts';
import { changeState, type StateChange } from '../transition.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { stepEvent } from './enter-step.ts';
import { type Flow, indexOf, RAMDISK_KEY, stepPatch, stepsOf, wipedFlow } from './flow.ts';
import { flowEnded } from './flow-history.ts';

/** All steps are done: clears up after them and leaves for the state that the work was to end in. Throws where clearing up fails. */
export async function finishFlow(
  ctx: ConductorContext,
  task: NodeTask,
  flow: Flow,
  ended: { step: StepRecord; index: number } | null,
): Promise<void> {
  if (flow.kind === 'deploy') {
    await changeState(ctx, task, { event: 'done', ...closing(ctx, task, flow, ended) });
    return;
  }
  const lastStep = ended ? await pastTheEnd(ctx, task, flow, ended) : null;
  if (flow.kind === 'clean') {
    const booted = task.node.driver_internal_info[flow.disableRamdisk ?? ''] !== true;
    if (booted)
      await withDeadline(ctx, task, callDeadline(ctx, 'clearing up after cleaning'), (t) => task.driver.deploy.tearDownCleaning(t));
    if (ended) await refreshCaches(ctx, task);
    await changeState(ctx, task, { event: cleanedEvent(task), ...closing(ctx, task, flow, lastStep) });
    return;
  }
  if (task.node.driver_internal_info[RAMDISK_KEY] === true) {
    await withDeadline(ctx, task, callDeadline(ctx, 'clearing up after servicing'), (t) => task.driver.deploy.tearDownService(t));
  }
  await refreshCaches(ctx, task);
  await changeState(ctx, task, { event: 'done', ...closing(ctx, task, flow, lastStep) });
}

/** A retired node is not offered again, however its cleaning came about. */
export function cleanedEvent(task: NodeTask): 'manage' | 'done' {
  return task.node.target_provision_state === 'manageable' || task.node.retired ? 'manage' : 'done';
}

/**
 * Puts the cursor behind the last step before anything slow is done, so that after a crash the steps count as done. Answers the step for
 * the end event of the last transaction: null, since this wrote it.
 */
async function pastTheEnd(ctx: ConductorContext, task: NodeTask, flow: Flow, ended: { step: StepRecord; index: number }): Promise<null> {
  const total = stepsOf(task.node, flow).length;
  const node = await ctx.store.transaction(async (tx) => {
    const stored = await tx.nodes.mutate(task.node.uuid, task.held.lease, (before) => ({
      ...stepPatch(flow, {}),
      driver_internal_info: merged(before.driver_internal_info, { [flow.index]: total }),
    }));
    const data = stepEvent(flow, ended.step, ended.index, total, 'end');
    await tx.events.add({ kind: 'node.step', node_uuid: stored.uuid, node_name: stored.name, data });
    return stored;
  });
  task.apply(node);
  return null;
}

/** What every end has in common: leftovers wiped, history written from the list before it goes, lease given back. */
function closing(
  ctx: ConductorContext,
  task: NodeTask,
  flow: Flow,
  ended: { step: StepRecord; index: number } | null,
): Omit<StateChange, 'event'> {
  const steps = stepsOf(task.node, flow);
  const destructive = steps.some((step) => step.destroys_data);
  const ran = steps.length > 0 && indexOf(task.node, flow) !== null;
  return {
    lastError: null,
    release: true,
    patch: (node) => ({
      ...stepPatch(flow, {}),
      driver_internal_info: merged(node.driver_internal_info, { ...wipedFlow(flow), ...forgottenAgentForGood() }),
    }),
    history: ran || flow.kind === 'deploy' ? flowEnded(ctx, flow, task.node, steps, null) : [],
    ...(ended ? { steps: [stepEvent(flow, ended.step, ended.index, steps.length, 'end')] } : {}),
    ...(destructive ? { also: async (tx, node) => tx.spentSteps.forget(node.uuid) } : {}),
  };
}

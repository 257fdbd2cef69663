import type { Node } from '../../model/node.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import { bestEffort } from '../best-effort.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory, cutText } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { callDeadline } from '../with-deadline.ts';
import { type Flow, RAMDISK_KEY, stepPatch, stepsOf, wipedFlow } from './flow.ts';
import { flowEnded } from './flow-history.ts';

const WORDS: Readonly<Record<Flow['kind'], string>> = { clean: 'clean', deploy: 'deploy', service: 'service' };

/**
 * Clears up after an abort. The node is in the flow's failed state (event abort has been done) and its lease is in hand; servicing goes
 * back to `active`. Errors of clearing up are told in `last_error`, they stop nothing.
 */
export async function abortFlow(ctx: ConductorContext, task: NodeTask, flow: Flow, step: string | null): Promise<void> {
  const problems = (await clearUp(ctx, task, flow)).filter((each) => each !== null);
  const text = `By request, the ${WORDS[flow.kind]} operation was aborted${step ? ` after or during step ${step}` : ''}.${problems.length > 0 ? ` Clearing up met: ${problems.join('; ')}` : ''}`;
  const steps = stepsOf(task.node, flow);
  const notes = steps.length > 0 ? flowEnded(ctx, flow, task.node, steps, text) : [];
  const patch = (node: Node) => ({
    ...stepPatch(flow, {}),
    last_error: cutText(ctx, text),
    driver_internal_info: merged(node.driver_internal_info, { ...wipedFlow(flow), ...forgottenAgentForGood() }),
  });
  if (flow.kind === 'service') {
    await changeState(ctx, task, { event: 'abort', patch, history: notes, release: true });
    return;
  }
  const node = await ctx.store.transaction(async (tx) => {
    const stored = await tx.nodes.mutate(task.node.uuid, task.held.lease, patch);
    await addHistory(ctx, tx, stored, [{ severity: 'ERROR', type: flow.historyType, text }, ...notes], task.request);
    if (steps.some((each) => each.destroys_data)) await tx.spentSteps.forget(stored.uuid);
    return stored;
  });
  task.apply(node);
}

async function clearUp(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<(string | null)[]> {
  const limit = callDeadline(ctx, 'clearing up after the abort');
  const info = task.node.driver_internal_info;
  switch (flow.kind) {
    case 'clean':
      if (info.cleaning_disable_ramdisk === true) return [];
      return [await bestEffort(ctx, task, limit, (t) => t.driver.deploy.tearDownCleaning(t))];
    case 'deploy': {
      const problems = [await bestEffort(ctx, task, limit, (t) => t.driver.deploy.cleanUp(t))];
      if (ctx.config.boolean('deploy', 'power_off_after_deploy_failure') && !task.node.disable_power_off) {
        problems.push(await bestEffort(ctx, task, { what: 'powering off after the abort', seconds: 240 }, (t) => t.power('power off')));
      }
      return problems;
    }
    case 'service':
      if (info[RAMDISK_KEY] !== true) return [];
      return [await bestEffort(ctx, task, limit, (t) => t.driver.deploy.tearDownService(t))];
  }
}

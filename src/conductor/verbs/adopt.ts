/**
 * adopt: a machine that runs already becomes a node in use. Nothing on the machine is changed.
 *
 *     manageable, adopt failed ──adopt──▶ adopting ─┬─ boot artefacts made, taken over ──▶ active
 *                                                   ╰─ error ──▶ adopt failed, recorded power state forgotten
 */
import { messageOf } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import type { NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';

/** @throws as `checkVerb`. */
export async function adopt(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'provision action adopt', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'adopt');
    await changeState(ctx, task, { event: 'adopt', lastError: null });
    return (working) => runAdoption(ctx, working);
  });
}

/** Works a node in `adopting`. May be repeated. @throws LEASE_LOST alone. */
export async function runAdoption(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    if (!bootsFromDisk(task)) await validateInterfaces(ctx, task, ['boot']);
    await withDeadline(ctx, task, callDeadline(ctx, 'adoption'), async (t) => {
      await t.driver.deploy.prepare(t);
      await t.driver.deploy.takeOver(t);
      if (t.node.console_enabled) await t.driver.console.start(t);
    });
    await changeState(ctx, task, { event: 'done', patch: () => ({ conductor_affinity: ctx.hostname }), release: true });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    const text = `Error while attempting to adopt node ${task.node.uuid}: ${messageOf(error)}`;
    await changeState(ctx, task, {
      event: 'fail',
      lastError: text,
      patch: () => ({ power_state: null }),
      history: [{ severity: 'ERROR', type: 'adoption', text }],
      release: true,
    });
  }
}

function bootsFromDisk(task: NodeTask): boolean {
  const capabilities = task.node.instance_info.capabilities;
  const text = typeof capabilities === 'string' ? capabilities : JSON.stringify(capabilities ?? '');
  return /boot_option["':\s]+local/.test(text) || !/boot_option/.test(text);
}

/**
 * inspect: the machine says what it is.
 *
 *     manageable, inspect failed ──inspect──▶ inspecting ─┬─ done ──▶ manageable
 *                                                         ├─ wait ──▶ inspect wait ─(continue_inspection)─▶ inspecting ──▶ manageable
 *                                                         ╰─ error ──▶ inspect failed
 */
import { messageOf } from '../../model/errors.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';

/** @throws as `checkVerb`; what the power and inspect interfaces refuse. */
export async function inspect(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'hardware inspection', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'inspect');
    await validateInterfaces(ctx, task, ['power', 'inspect']);
    await changeState(ctx, task, {
      event: 'inspect',
      lastError: null,
      patch: (node) => ({ driver_internal_info: merged(node.driver_internal_info, forgottenAgentForGood()) }),
    });
    return (working) => runInspection(ctx, working);
  });
}

/** Works a node in `inspecting` from its start. @throws LEASE_LOST alone. */
export async function runInspection(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    const outcome = await withDeadline(ctx, task, callDeadline(ctx, 'inspection'), (t) => t.driver.inspect.inspect(t));
    await changeState(ctx, task, { event: outcome === 'wait' ? 'wait' : 'done', release: true });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await failInspection(ctx, task, `Failed to inspect hardware: ${messageOf(error)}`);
  }
}

/** Event fail with the reason in `last_error` and history. */
export async function failInspection(ctx: ConductorContext, task: NodeTask, text: string): Promise<void> {
  await changeState(ctx, task, {
    event: 'fail',
    lastError: text,
    history: [{ severity: 'ERROR', type: 'introspection', text }],
    patch: (node) => ({ driver_internal_info: merged(node.driver_internal_info, forgottenAgentForGood()) }),
    release: true,
  });
}

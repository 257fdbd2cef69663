import { messageOf } from '../../model/errors.ts';
import { findTransition, STATE_INFO } from '../../model/states.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { cutText } from '../history-note.ts';
import type { NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';

/**
 * The net below all work: whatever escaped the handlers of a flow ends here, and a node that is still in a state of being worked on
 * goes to its failed state with the reason. Without the lease nothing is done: whoever holds the node now decides. Never throws; where
 * even this write fails the lease runs out and the recovery loop finds the node.
 */
export async function failStray(ctx: ConductorContext, task: NodeTask, reason: string): Promise<void> {
  const { uuid } = task.node;
  if (task.held.signal.aborted) {
    ctx.log.warn({ node: uuid, reason }, 'work ended after its lease was lost; nothing was written');
    return;
  }
  try {
    const node = await ctx.store.nodes.getByUuid(uuid);
    if (!node || node.lease_token !== task.held.lease.token || node.reservation === null) {
      ctx.log.warn({ node: uuid, reason }, 'work failed after its node had been given back');
      return;
    }
    task.apply(node);
    if (STATE_INFO[node.provision_state].kind === 'transient' && findTransition(node.provision_state, 'fail')) {
      await changeState(ctx, task, {
        event: 'fail',
        lastError: reason,
        patch: () => ({ clean_step: {}, deploy_step: {}, service_step: {} }),
        history: [{ severity: 'ERROR', type: 'transition', text: reason }],
        release: true,
      });
    } else if (node.last_error === null) {
      await task.save({ last_error: cutText(ctx, reason) });
    }
  } catch (error) {
    ctx.log.error({ node: uuid, reason, error: messageOf(error) }, 'a failure could not be recorded; the recovery loop will do it');
  }
}

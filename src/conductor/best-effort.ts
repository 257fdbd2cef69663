import { messageOf } from '../model/errors.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { NodeTask } from './node-task.ts';
import { type Deadline, withDeadline } from './with-deadline.ts';
import { isLeaseLoss } from './with-node.ts';

/**
 * A step of clearing up that must not stop the rest of it: its error is logged and answered as text. @throws LEASE_LOST alone.
 */
export async function bestEffort(
  ctx: ConductorContext,
  task: NodeTask,
  deadline: Deadline,
  work: (task: NodeTask) => Promise<unknown>,
): Promise<string | null> {
  try {
    await withDeadline(ctx, task, deadline, work);
    return null;
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    task.log.warn({ node: task.node.uuid, what: deadline.what, error: messageOf(error) }, 'clearing up met an error');
    return `${deadline.what}: ${messageOf(error)}`;
  }
}

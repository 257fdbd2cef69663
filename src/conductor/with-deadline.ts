import { type ErrorCode, WroughtError } from '../model/errors.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { NodeTask } from './node-task.ts';

export interface Deadline {
  /** What is being done, for the message: `power on`, `step deploy.write_image` … */
  readonly what: string;
  readonly seconds: number;
  /** What to check when it stalls. */
  readonly hint?: string;
  readonly code?: ErrorCode;
}

/**
 * Runs a driver call that may hang. When its deadline passes or the lease is lost the call is given up: its signal aborts, its later
 * writes are refused, and the error is thrown at once, whatever the call does. @throws STEP_DEADLINE, LEASE_LOST, the call's errors.
 */
export async function withDeadline<T>(
  ctx: ConductorContext,
  task: NodeTask,
  deadline: Deadline,
  work: (task: NodeTask) => Promise<T>,
): Promise<T> {
  task.requireLease();
  const controller = new AbortController();
  const cancel = ctx.clock.after(deadline.seconds * 1000, () => controller.abort(overran(task, deadline)));
  const narrowed = task.narrowed(controller.signal);
  try {
    return await untilAborted(narrowed.signal, work(narrowed));
  } finally {
    cancel();
  }
}

/** Deadline for calls that prepare, tear down or take over: `[wrought]driver_call_deadline`. */
export function callDeadline(ctx: ConductorContext, what: string): Deadline {
  return {
    what,
    seconds: ctx.config.integer('wrought', 'driver_call_deadline'),
    hint: 'Look at the BMC, the image source and the file systems the conductor uses; the limit is [wrought]driver_call_deadline.',
  };
}

function overran(task: NodeTask, deadline: Deadline): WroughtError {
  return new WroughtError(
    deadline.code ?? 'STEP_DEADLINE',
    `Node ${task.node.uuid}: ${deadline.what} did not end within its deadline of ${deadline.seconds} s and was given up.${deadline.hint ? ` ${deadline.hint}` : ''}`,
  );
}

/** The promise, or the signal's reason when that comes first. */
async function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let onAbort: (() => void) | null = null;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

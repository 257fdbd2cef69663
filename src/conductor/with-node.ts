import { messageOf, WroughtError } from '../model/errors.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { RequestContext } from './conductor-service.ts';
import type { HeldLease, LeaseRetry } from './lease-keeper.ts';
import { NodeTask } from './node-task.ts';
import { failStray } from './recovery/fail-stray.ts';
import type { Lane, WorkerSlot } from './worker-pool.ts';

/** Who asks, for which node, and for what in words. */
export interface NodeRequest {
  readonly uuid: string;
  readonly purpose: string;
  readonly request: RequestContext | null;
  readonly retry?: LeaseRetry;
}

/** Runs `work` with the node's lease in hand and gives it back. @throws NODE_LOCKED, NOT_FOUND, what `work` throws. */
export async function withNode<T>(ctx: ConductorContext, wish: NodeRequest, work: (task: NodeTask) => Promise<T>): Promise<T> {
  const held = await ctx.leases.acquire(wish.uuid, wish.purpose, wish.retry);
  try {
    return await work(await NodeTask.open(ctx, held, wish.request));
  } finally {
    await ctx.leases.release(held);
  }
}

/** Work that goes on after the request was answered. */
export type LongWork = (task: NodeTask) => Promise<void>;

/**
 * Takes a place in the pool and the lease, lets `begin` check and start the work under it, then lets the returned work go on after this
 * call has resolved. The place is taken first: when the pool is full nothing has been changed that would have to be put back.
 *
 * @throws NO_FREE_WORKER, NODE_LOCKED, what `begin` throws.
 */
export async function startWork(
  ctx: ConductorContext,
  wish: NodeRequest & { readonly lane: Lane },
  begin: (task: NodeTask) => Promise<LongWork | null>,
): Promise<void> {
  const slot = ctx.workers.reserve(wish.lane);
  let held: HeldLease | null = null;
  try {
    held = await ctx.leases.acquire(wish.uuid, wish.purpose, wish.retry);
    const task = await NodeTask.open(ctx, held, wish.request);
    const work = await begin(task);
    if (work) {
      goOn(ctx, slot, wish, task, work);
      return;
    }
  } catch (error) {
    if (held) await ctx.leases.release(held);
    slot.free();
    throw error;
  }
  await ctx.leases.release(held);
  slot.free();
}

function goOn(ctx: ConductorContext, slot: WorkerSlot, wish: NodeRequest, task: NodeTask, work: LongWork): void {
  slot.run(wish.purpose, async () => {
    try {
      await work(task);
    } catch (error) {
      await failStray(ctx, task, `${wish.purpose} failed: ${messageOf(error)}`);
    } finally {
      await ctx.leases.release(task.held);
    }
  });
}

/** True when the error says that another conductor holds the node now: nothing is left to do here. */
export function isLeaseLoss(error: unknown): boolean {
  return error instanceof WroughtError && error.code === 'LEASE_LOST';
}

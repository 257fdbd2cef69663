import { hasCode, messageOf } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { WorkerSlot } from '../worker-pool.ts';
import { processAllocation } from './process-allocation.ts';

/** Looks for a node in the given place of the pool. */
export function startAllocating(ctx: ConductorContext, slot: WorkerSlot, uuid: string): void {
  ctx.allocating.add(uuid);
  slot.run('allocation', async () => {
    try {
      await processAllocation(ctx, uuid);
    } catch (error) {
      ctx.log.error({ allocation: uuid, error: messageOf(error) }, 'an allocation was broken off; the next round tries again');
    } finally {
      ctx.allocating.delete(uuid);
    }
  });
}

/** Unfinished allocations that nobody works on: those of this conductor's former life, and those of conductors that are gone. */
export async function takeOverAllocations(ctx: ConductorContext): Promise<void> {
  const live = new Set(ctx.membership.live().map((conductor) => conductor.hostname));
  for (const { uuid, conductor_affinity: affinity } of await ctx.store.allocations.unfinished()) {
    const own = affinity === ctx.hostname;
    if (own ? ctx.allocating.has(uuid) : affinity !== null && live.has(affinity)) continue;
    try {
      const slot = ctx.workers.reserve('background');
      if (own || (await ctx.store.allocations.claim(uuid, affinity, ctx.hostname))) startAllocating(ctx, slot, uuid);
      else slot.free();
    } catch (error) {
      if (hasCode(error, 'NO_FREE_WORKER')) return;
      throw error;
    }
  }
}

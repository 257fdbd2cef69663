import type { ConductorContext } from '../conductor-context.ts';

/** Old history rows and old events go. */
export async function pruneRecords(ctx: ConductorContext): Promise<void> {
  const { config, store, clock } = ctx;
  const keep = config.integer('conductor', 'node_history_max_entries');
  const batch = config.integer('conductor', 'node_history_cleanup_batch_count');
  const days = config.integer('conductor', 'node_history_minimum_days');
  if (keep > 0 && batch > 0) {
    const removed = await store.history.prune(keep, clock.now() - days * 86_400_000, batch);
    if (removed > 0) ctx.log.info({ removed }, 'old node history removed');
  }
  const retention = config.integer('wrought', 'event_retention');
  if (retention > 0) await store.events.prune(clock.now() - retention * 1000);
}

/** Records of conductors that have been gone for long. */
export async function removeStaleConductors(ctx: ConductorContext): Promise<void> {
  const timeout = ctx.config.integer('conductor', 'conductor_cleanup_timeout');
  if (timeout < 3 * ctx.config.integer('conductor', 'heartbeat_timeout')) {
    ctx.log.warn({ timeout }, '[conductor]conductor_cleanup_timeout is below three heartbeat timeouts; no records are removed');
    return;
  }
  const oldest = ctx.clock.now() - timeout * 1000;
  const stale = (await ctx.store.conductors.list()).filter((record) => record.updated_at < oldest && record.hostname !== ctx.hostname);
  for (const record of stale.slice(0, ctx.config.integer('conductor', 'conductor_cleanup_batch_size'))) {
    await ctx.store.conductors.delete(record.hostname);
    ctx.log.info({ conductor: record.hostname }, 'record of a conductor that is long gone removed');
  }
}

/**
 * A conductor, from its start to its stop.
 *
 *     register ─▶ end the leases of a former life, see to its work ─▶ periodic loops ─▶ requests …
 *     stop: no new requests ─▶ offline in the register (others take over what is free) ─▶ loops end ─▶ drain: running work may end
 *           ─▶ leases given back: what was cut off is carried on elsewhere from its persisted step
 */
import { hostname as systemHostname } from 'node:os';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import type { DriverRegistry } from '../drivers/driver-registry.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf, WroughtError } from '../model/errors.ts';
import type { Store } from '../store/store.ts';
import { takeOverAllocations } from './allocations/take-over-allocations.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { ConductorService } from './conductor-service.ts';
import { createService } from './create-service.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Membership } from './membership.ts';
import { recoverFormerLife } from './periodic/recover-abandoned.ts';
import { startLoops } from './periodic/start-loops.ts';
import { WorkerPool } from './worker-pool.ts';

export interface Conductor extends ConductorService {
  readonly hostname: string;
  /** @param drain running work may end first, for up to `[conductor]graceful_shutdown_timeout` seconds (0: as long as it takes). */
  stop(options: { drain: boolean }): Promise<void>;
}

/** Work that is cut off gets so long to notice, in milliseconds. */
const CUT_OFF_MS = 2000;

/** @param hostname default `[DEFAULT]host`, else the machine's name. @throws when no hardware type is enabled, or the store fails. */
export async function startConductor(parts: {
  store: Store;
  config: Config;
  clock: Clock;
  log: Logger;
  registry: DriverRegistry;
  hostname?: string;
  /** Where other processes call this conductor; null or absent: nowhere. */
  rpcUrl?: string | null;
}): Promise<Conductor> {
  const ctx = createContext(parts);
  if (ctx.registry.hardwareTypes.size === 0) {
    throw new WroughtError(
      'NO_VALID_HOST',
      'No hardware type is enabled: [DEFAULT]enabled_hardware_types is empty, so this conductor could drive no node.',
    );
  }
  const background = new AbortController();
  await ctx.membership.join();
  await recoverFormerLife(ctx).catch((error: unknown) =>
    ctx.log.error({ error: messageOf(error) }, 'work of a former life was not looked at; the recovery loop will'),
  );
  await takeOverAllocations(ctx).catch((error: unknown) =>
    ctx.log.error({ error: messageOf(error) }, 'allocations of a former life were not looked at; their loop will'),
  );
  const loops = startLoops(ctx, background.signal);
  let stopping: Promise<void> | null = null;

  const stop = async (drain: boolean): Promise<void> => {
    await ctx.membership
      .leave()
      .catch((error: unknown) => ctx.log.warn({ error: messageOf(error) }, 'the conductor could not be marked offline'));
    background.abort(new WroughtError('LEASE_LOST', `conductor ${ctx.hostname} stops`));
    await Promise.all(loops.map((loop) => loop.stop()));
    if (drain) await within(ctx.clock, ctx.config.integer('conductor', 'graceful_shutdown_timeout') * 1000, ctx.workers.idle());
    await ctx.leases.stop();
    await within(ctx.clock, CUT_OFF_MS, ctx.workers.idle());
    ctx.log.info({ conductor: ctx.hostname }, 'conductor stopped');
  };

  ctx.log.info({ conductor: ctx.hostname, drivers: [...ctx.registry.hardwareTypes.keys()] }, 'conductor started');
  return {
    ...createService(ctx, () => stopping !== null),
    hostname: ctx.hostname,
    stop({ drain }) {
      stopping ??= stop(drain);
      return stopping;
    },
  };
}

function createContext(parts: Parameters<typeof startConductor>[0]): ConductorContext {
  const { store, config, clock, registry } = parts;
  const hostname = parts.hostname ?? config.optionalString('DEFAULT', 'host') ?? systemHostname();
  const log = parts.log.child({ conductor: hostname });
  return {
    store,
    config,
    clock,
    log,
    registry,
    hostname,
    resuming: new Set(),
    allocating: new Set(),
    leases: new LeaseKeeper({
      store,
      clock,
      log,
      hostname,
      ttlMs: config.integer('wrought', 'lease_ttl') * 1000,
      retryAttempts: config.integer('conductor', 'node_locked_retry_attempts'),
      retryMs: config.integer('conductor', 'node_locked_retry_interval') * 1000,
    }),
    workers: new WorkerPool({
      size: config.integer('conductor', 'workers_pool_size'),
      reservedPercentage: config.integer('conductor', 'reserved_workers_pool_percentage'),
      log,
    }),
    membership: new Membership({
      store,
      clock,
      log,
      hostname,
      group: config.string('conductor', 'conductor_group').toLowerCase(),
      drivers: [...registry.hardwareTypes.keys()].sort(),
      intervalMs: config.integer('conductor', 'heartbeat_interval') * 1000,
      timeoutMs: config.integer('conductor', 'heartbeat_timeout') * 1000,
      rpcUrl: parts.rpcUrl ?? null,
    }),
  };
}

/** Waits for the promise, but not longer; 0 waits for ever. */
async function within(clock: Clock, ms: number, promise: Promise<void>): Promise<void> {
  if (ms <= 0) return promise;
  let cancel: () => void = () => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await Promise.race([promise, limit]);
  cancel();
}

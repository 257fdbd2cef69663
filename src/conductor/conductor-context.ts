import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import type { DriverRegistry } from '../drivers/driver-registry.ts';
import type { Clock } from '../model/clock.ts';
import type { Store } from '../store/store.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Membership } from './membership.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What every part of the conductor works with; made once by `startConductor`. */
export interface ConductorContext {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: DriverRegistry;
  /** Name of this conductor: what `reservation` shows. */
  readonly hostname: string;
  readonly leases: LeaseKeeper;
  readonly workers: WorkerPool;
  readonly membership: Membership;
  /** Nodes whose agent has called and that are being resumed by this process, so that two calls are one piece of work. */
  readonly resuming: Set<string>;
  /** Allocations that this process looks for a node for. */
  readonly allocating: Set<string>;
}

import type { ConductorService } from '../conductor/conductor-service.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import type { Store } from '../store/store.ts';

/** What the API is built on. It reads the store and asks conductors; it changes no state itself. */
export interface ApiDependencies {
  readonly store: Store;
  readonly conductor: ConductorService;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
}

import type { Config } from '../../config/config.ts';
import type { RedfishLimits } from '../../protocol/redfish/create-redfish-pool.ts';

/** What group `[redfish]` says about time-outs, tries and kept connections; for `createRedfishPool`. */
export function redfishLimits(config: Config): Partial<RedfishLimits> {
  const seconds = (name: string): number => config.integer('redfish', name) * 1000;
  const attempts = config.integer('redfish', 'connection_attempts');
  return {
    connectTimeoutMs: seconds('connect_timeout'),
    readTimeoutMs: seconds('read_timeout'),
    connectAttempts: attempts,
    connectPauseMs: seconds('connection_retry_interval'),
    // One call that used up its tries opens the breaker; those that wait behind it fail at once.
    breakerFailures: Math.max(attempts, 2),
    postAttempts: config.integer('redfish', 'post_boot_retry_attempts'),
    postPauseMs: seconds('post_boot_retry_delay'),
    powerOnConflictAttempts: config.integer('redfish', 'power_on_conflict_retry_attempts'),
    powerOnConflictPauseMs: seconds('power_on_conflict_retry_interval'),
    maxConnections: Math.max(1, config.integer('redfish', 'connection_cache_size')),
  };
}

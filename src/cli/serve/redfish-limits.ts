import type { Config } from '../../config/config.ts';
import type { RedfishLimits } from '../../protocol/redfish/create-redfish-pool.ts';

/** The bounds of BMC access from group `[redfish]`; seconds become milliseconds. */
export function redfishLimits(config: Config): Partial<RedfishLimits> {
  const seconds = (name: string): number => config.integer('redfish', name) * 1000;
  return {
    connectTimeoutMs: seconds('connect_timeout'),
    readTimeoutMs: seconds('read_timeout'),
    connectAttempts: config.integer('redfish', 'connection_attempts'),
    connectPauseMs: seconds('connection_retry_interval'),
    postAttempts: config.integer('redfish', 'post_boot_retry_attempts'),
    postPauseMs: seconds('post_boot_retry_delay'),
    powerOnConflictAttempts: config.integer('redfish', 'power_on_conflict_retry_attempts'),
    powerOnConflictPauseMs: seconds('power_on_conflict_retry_interval'),
    maxConnections: config.integer('redfish', 'connection_cache_size'),
  };
}

import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import type { Node } from '../../model/node.ts';

/** Is fast track switched on for the node: `driver_info/fast_track`, else `[deploy]fast_track`? */
export function fastTrackWanted(node: Node, config: Config): boolean {
  const own = node.driver_info.fast_track;
  if (typeof own === 'boolean') return own;
  if (typeof own === 'string') return /^(1|true|yes|on|t|y)$/i.test(own);
  return config.boolean('deploy', 'fast_track');
}

/**
 * Does a ramdisk of an earlier operation still run that can be used without booting anew? Needs fast track, power on, no `last_error`, a
 * known agent and a heartbeat within `[deploy]fast_track_timeout`.
 */
export function fastTrackAlive(node: Node, config: Config, clock: Clock): boolean {
  if (!fastTrackWanted(node, config) || node.power_state !== 'power on' || node.last_error !== null) return false;
  const { agent_url, agent_last_heartbeat } = node.driver_internal_info;
  if (typeof agent_url !== 'string' || typeof agent_last_heartbeat !== 'string') return false;
  const last = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(agent_last_heartbeat) ? agent_last_heartbeat : `${agent_last_heartbeat}Z`);
  return Number.isFinite(last) && clock.now() - last < config.integer('deploy', 'fast_track_timeout') * 1000;
}

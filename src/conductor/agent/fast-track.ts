import type { Config } from '../../config/config.ts';
import type { Node } from '../../model/node.ts';

/** May agents of this node be known outside of deployments? The node's word, else `[deploy]fast_track`. */
export function fastTrackEnabled(config: Config, node: Node): boolean {
  const own = node.driver_info.fast_track;
  if (typeof own === 'boolean') return own;
  if (typeof own === 'string') return ['true', '1', 'yes', 'on', 't', 'y'].includes(own.toLowerCase());
  return config.boolean('deploy', 'fast_track');
}

import type { Config } from './config.ts';
import { createConfigSet, type Setting } from './config-set.ts';

/**
 * A configuration from texts, `group.name` to value as it would stand in ironic.conf; everything else has its default. For tests and for
 * values from the command line.
 *
 * @example configFrom({ 'api.port': '0', 'DEFAULT.auth_strategy': 'noauth' }).integer('api', 'port')
 */
export function configFrom(values: Readonly<Record<string, string>>): Config {
  const settings = new Map<string, Setting>();
  for (const [key, text] of Object.entries(values)) settings.set(key, { texts: [text], source: { kind: 'given' } });
  return createConfigSet(settings);
}

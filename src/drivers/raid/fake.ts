import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { accept } from '../accept.ts';
import type { RaidInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';
import { LOGICAL_DISK_PROPERTIES } from './logical-disk-properties.ts';

/** RAID of a machine that does not exist: every configuration is good. */
export function createFakeRaid(deps: { config: Config; clock: Clock }): RaidInterface {
  const pause = createFakeDelay(deps, 'raid');
  return {
    name: 'fake',
    properties: {},
    steps: [],
    logicalDiskProperties: LOGICAL_DISK_PROPERTIES,
    validate: accept,
    validateConfig: pause,
  };
}

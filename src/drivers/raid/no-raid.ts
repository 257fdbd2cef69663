import type { RaidInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No RAID. */
export function createNoRaid(): RaidInterface {
  const refused = refuse('raid');
  return { name: 'no-raid', properties: {}, steps: [], logicalDiskProperties: {}, validate: refused, validateConfig: refused };
}

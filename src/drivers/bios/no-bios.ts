import { accept } from '../accept.ts';
import type { BiosInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No BIOS settings. Caching them is still asked for on every node, so it does nothing instead of refusing. */
export function createNoBios(): BiosInterface {
  return { name: 'no-bios', properties: {}, steps: [], validate: refuse('bios'), cacheSettings: accept };
}

import type { RescueInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No rescue. */
export function createNoRescue(): RescueInterface {
  const refused = refuse('rescue');
  return { name: 'no-rescue', properties: {}, steps: [], validate: refused, rescue: refused, unrescue: refused, cleanUp: refused };
}

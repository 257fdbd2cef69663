import type { InspectInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No inspection. */
export function createNoInspect(): InspectInterface {
  const refused = refuse('inspect');
  return { name: 'no-inspect', properties: {}, steps: [], validate: refused, inspect: refused, abort: refused };
}

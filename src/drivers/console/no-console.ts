import type { ConsoleInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No console. */
export function createNoConsole(): ConsoleInterface {
  const refused = refuse('console');
  return { name: 'no-console', properties: {}, steps: [], validate: refused, start: refused, stop: refused, getConsole: refused };
}

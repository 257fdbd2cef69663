import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { accept } from '../accept.ts';
import type { InspectInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';
import { refuse } from '../unsupported.ts';

/** Inspection that finds nothing and finishes at once. */
export function createFakeInspect(deps: { config: Config; clock: Clock }): InspectInterface {
  const pause = createFakeDelay(deps, 'inspect');
  return {
    name: 'fake',
    properties: {},
    steps: [],
    validate: accept,
    async inspect(task) {
      await pause(task);
      return 'done';
    },
    abort: refuse('abort'),
  };
}

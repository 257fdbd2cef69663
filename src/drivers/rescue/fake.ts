import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { accept } from '../accept.ts';
import type { RescueInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';

/** Rescue of a machine that does not exist: done at once. */
export function createFakeRescue(deps: { config: Config; clock: Clock }): RescueInterface {
  const pause = createFakeDelay(deps, 'rescue');
  return {
    name: 'fake',
    properties: {},
    steps: [],
    validate: accept,
    async rescue(task) {
      await pause(task);
      return 'done';
    },
    unrescue: pause,
    cleanUp: accept,
  };
}

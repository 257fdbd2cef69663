import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { accept } from '../accept.ts';
import type { BootInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';
import { refuse } from '../unsupported.ts';

/** Boot of a machine that does not exist. */
export function createFakeBoot(deps: { config: Config; clock: Clock }): BootInterface {
  const pause = createFakeDelay(deps, 'boot');
  return {
    name: 'fake',
    properties: {},
    steps: [],
    capabilities: ['ipxe_boot', 'pxe_boot'],
    validate: accept,
    prepareRamdisk: pause,
    cleanUpRamdisk: pause,
    prepareInstance: pause,
    cleanUpInstance: pause,
    validateInspection: accept,
    validateRescue: refuse('validate_rescue'),
  };
}

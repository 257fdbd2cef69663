import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { accept } from '../accept.ts';
import type { StorageInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';

/** Volumes of a machine that does not exist. */
export function createFakeStorage(deps: { config: Config; clock: Clock }): StorageInterface {
  const pause = createFakeDelay(deps, 'storage');
  return {
    name: 'fake',
    properties: {},
    steps: [],
    validate: accept,
    attachVolumes: pause,
    detachVolumes: pause,
    shouldWriteImage: () => true,
  };
}

import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import type { DeployInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';
import { nothingToDeploy } from './nothing-to-deploy.ts';

/** Deployment in one step that writes nothing. */
export function createFakeDeploy(deps: { config: Config; clock: Clock }): DeployInterface {
  return nothingToDeploy('fake', createFakeDelay(deps, 'deploy'));
}

import { accept } from '../accept.ts';
import type { DeployInterface } from '../driver.ts';
import { nothingToDeploy } from './nothing-to-deploy.ts';

/** For machines that somebody else installs: every wish succeeds and nothing is touched. */
export function createNoopDeploy(): DeployInterface {
  return nothingToDeploy('noop', accept);
}

import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import type { PowerState, PowerTarget } from '../../model/node.ts';
import { accept } from '../accept.ts';
import type { PowerInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';

const AFTERWARDS: Readonly<Record<PowerTarget, PowerState>> = {
  'power on': 'power on',
  'power off': 'power off',
  rebooting: 'power on',
  'soft rebooting': 'power on',
  'soft power off': 'power off',
};

/** Power of a machine that does not exist: the recorded state is the state. */
export function createFakePower(deps: { config: Config; clock: Clock }): PowerInterface {
  const pause = createFakeDelay(deps, 'power');
  return {
    name: 'fake',
    properties: {},
    steps: [],
    validate: accept,
    supportedPowerStates: ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'],
    supportsPowerSync: true,
    async getPowerState(task) {
      await pause(task);
      return task.node.power_state;
    },
    async setPowerState(task, target) {
      await pause(task);
      await task.save({ power_state: AFTERWARDS[target] });
    },
  };
}

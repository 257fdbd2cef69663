import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import { accept } from '../accept.ts';
import type { BiosInterface, DriverStep } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';

/** BIOS of a machine that does not exist: settings are checked for their form and forgotten. */
export function createFakeBios(deps: { config: Config; clock: Clock }): BiosInterface {
  const pause = createFakeDelay(deps, 'bios');
  const common: Omit<DriverStep, 'step' | 'argsinfo' | 'run'> = {
    kind: 'clean',
    priority: 0,
    abortable: true,
    requires_ramdisk: true,
    destroysData: false,
    rerun: 'safe',
    deadlineSeconds: 3600,
    stallHint: 'The fake BIOS only pauses; see [fake]bios_delay.',
  };
  return {
    name: 'fake',
    properties: {},
    steps: [
      {
        ...common,
        step: 'apply_configuration',
        argsinfo: { settings: { description: 'List of objects, each with the name and the value of a setting.', required: true } },
        async run(task, args) {
          if (!Array.isArray(args.settings)) {
            throw new WroughtError('INVALID_PARAMETER', 'step bios.apply_configuration: "settings" is missing or no list');
          }
          await pause(task);
          return 'done';
        },
      },
      {
        ...common,
        step: 'factory_reset',
        argsinfo: null,
        async run(task) {
          await pause(task);
          return 'done';
        },
      },
    ],
    validate: accept,
    cacheSettings: pause,
  };
}

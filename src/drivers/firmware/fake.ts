import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import { accept } from '../accept.ts';
import type { FirmwareInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';

/** Firmware of a machine that does not exist. */
export function createFakeFirmware(deps: { config: Config; clock: Clock }): FirmwareInterface {
  const pause = createFakeDelay(deps, 'firmware');
  return {
    name: 'fake',
    properties: {},
    steps: [
      {
        kind: 'clean',
        step: 'update',
        priority: 0,
        argsinfo: { settings: { description: 'List of objects, each with a component and the url of its new firmware.', required: true } },
        abortable: false,
        requires_ramdisk: true,
        destroysData: false,
        rerun: 'safe',
        deadlineSeconds: 3600,
        stallHint: 'The fake update only pauses; see [fake]firmware_delay.',
        async run(task, args) {
          if (!Array.isArray(args.settings)) {
            throw new WroughtError('INVALID_PARAMETER', 'step firmware.update: "settings" is missing or no list');
          }
          await pause(task);
          return 'done';
        },
      },
    ],
    validate: accept,
    cacheComponents: pause,
  };
}

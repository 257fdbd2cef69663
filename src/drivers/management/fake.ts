import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import type { BootDevice } from '../../model/node.ts';
import { accept } from '../accept.ts';
import type { ManagementInterface } from '../driver.ts';
import { createFakeDelay } from '../fake-delay.ts';
import { checkBootDevice } from './check-boot-device.ts';
import { onlyBootDevices } from './only-boot-devices.ts';

const DEVICES: readonly BootDevice[] = ['pxe'];

/** Management of a machine that does not exist: it always boots from the network. */
export function createFakeManagement(deps: { config: Config; clock: Clock }): ManagementInterface {
  const pause = createFakeDelay(deps, 'management');
  return {
    ...onlyBootDevices,
    name: 'fake',
    properties: {},
    steps: [],
    validate: accept,
    async supportedBootDevices() {
      return DEVICES;
    },
    async getBootDevice() {
      return { boot_device: 'pxe', persistent: false };
    },
    async setBootDevice(task, device) {
      checkBootDevice(task, device, DEVICES);
      await pause(task);
    },
  };
}

import type { BootDevice } from '../../model/node.ts';
import { accept } from '../accept.ts';
import type { ManagementInterface } from '../driver.ts';
import { checkBootDevice } from './check-boot-device.ts';
import { onlyBootDevices } from './only-boot-devices.ts';

const DEVICES: readonly BootDevice[] = ['pxe', 'disk'];

/** Management of a machine whose boot order was set once by hand: network first, then disk. Wishes are accepted and nothing is done. */
export function createNoopManagement(): ManagementInterface {
  return {
    ...onlyBootDevices,
    name: 'noop',
    properties: {},
    steps: [],
    validate: accept,
    async supportedBootDevices() {
      return DEVICES;
    },
    async getBootDevice() {
      return { boot_device: 'pxe', persistent: true };
    },
    async setBootDevice(task, device) {
      checkBootDevice(task, device, DEVICES);
    },
  };
}

import type { HardwareType } from '../driver.ts';

/** Machines with a Redfish BMC. */
export const redfish: HardwareType = {
  name: 'redfish',
  supports: {
    boot: [],
    deploy: [],
    management: ['noop'],
    network: ['noop'],
    power: [],
    bios: ['no-bios'],
    console: ['no-console'],
    firmware: ['no-firmware'],
    inspect: ['no-inspect'],
    raid: ['no-raid'],
    rescue: ['no-rescue'],
    storage: ['noop'],
    vendor: ['no-vendor'],
  },
};

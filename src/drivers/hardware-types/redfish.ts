import type { HardwareType } from '../driver.ts';

/** Machines with a Redfish BMC. */
export const redfish: HardwareType = {
  name: 'redfish',
  supports: {
    boot: ['redfish-virtual-media'],
    deploy: ['direct'],
    management: ['redfish', 'noop'],
    network: ['noop'],
    power: ['redfish'],
    bios: ['no-bios'],
    console: ['no-console'],
    firmware: ['no-firmware'],
    inspect: ['redfish', 'agent', 'no-inspect'],
    raid: ['no-raid'],
    rescue: ['no-rescue'],
    storage: ['noop'],
    vendor: ['redfish', 'no-vendor'],
  },
};

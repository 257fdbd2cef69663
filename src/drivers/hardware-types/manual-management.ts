import type { HardwareType } from '../driver.ts';

/**
 * Machines without a BMC that could be reached: people press the buttons. The peer lists only network boot here; `fake` stands last for
 * machines that somebody else installs.
 */
export const manualManagement: HardwareType = {
  name: 'manual-management',
  supports: {
    boot: ['fake'],
    deploy: ['direct', 'noop'],
    management: ['noop', 'fake'],
    network: ['noop'],
    power: ['fake'],
    bios: ['no-bios'],
    console: ['no-console'],
    firmware: ['no-firmware'],
    inspect: ['agent', 'no-inspect'],
    raid: ['no-raid'],
    rescue: ['no-rescue'],
    storage: ['noop'],
    vendor: ['no-vendor'],
  },
};

import type { HardwareType } from '../driver.ts';

/** No hardware at all: for trying things out. Mixes with any enabled implementation. */
export const fakeHardware: HardwareType = {
  name: 'fake-hardware',
  supports: {
    boot: ['fake'],
    deploy: ['fake', 'direct'],
    management: ['fake'],
    network: ['noop'],
    power: ['fake'],
    bios: ['fake', 'no-bios'],
    console: ['fake', 'no-console'],
    firmware: ['fake', 'no-firmware'],
    inspect: ['fake', 'agent', 'no-inspect'],
    raid: ['fake', 'no-raid'],
    rescue: ['fake', 'no-rescue'],
    storage: ['fake', 'noop'],
    vendor: ['fake', 'no-vendor'],
  },
};

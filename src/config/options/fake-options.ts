import type { OptionGroup } from '../option-table.ts';

export const fakeOptions: OptionGroup = {
  group: 'fake',
  options: {
    bios_delay: { type: 'string', default: '0' },
    boot_delay: { type: 'string', default: '0' },
    deploy_delay: { type: 'string', default: '0' },
    firmware_delay: { type: 'string', default: '0' },
    inspect_delay: { type: 'string', default: '0' },
    management_delay: { type: 'string', default: '0' },
    power_delay: { type: 'string', default: '0' },
    raid_delay: { type: 'string', default: '0' },
    rescue_delay: { type: 'string', default: '0' },
    storage_delay: { type: 'string', default: '0' },
    vendor_delay: { type: 'string', default: '0' },
  },
};

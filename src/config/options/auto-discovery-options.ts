import type { OptionGroup } from '../option-table.ts';

export const autoDiscoveryOptions: OptionGroup = {
  group: 'auto_discovery',
  options: {
    driver: { type: 'string', default: null, mutable: true },
    enabled: { type: 'boolean', default: false, mutable: true },
    inspection_scope: { type: 'string', default: null },
  },
};

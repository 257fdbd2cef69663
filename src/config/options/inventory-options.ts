import type { OptionGroup } from '../option-table.ts';

export const inventoryOptions: OptionGroup = {
  group: 'inventory',
  options: {
    data_backend: { type: 'string', default: 'database', choices: ['none', 'database', 'swift'] },
    swift_data_container: { type: 'string', default: 'introspection_data_container' },
  },
};

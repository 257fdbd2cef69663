import type { OptionGroup } from '../option-table.ts';

export const diskUtilsOptions: OptionGroup = {
  group: 'disk_utils',
  options: {
    image_convert_attempts: { type: 'integer', default: 3 },
    image_convert_memory_limit: { type: 'integer', default: 2048 },
  },
};

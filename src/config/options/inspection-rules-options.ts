import type { OptionGroup } from '../option-table.ts';

export const inspectionRulesOptions: OptionGroup = {
  group: 'inspection_rules',
  options: {
    built_in_rules: { type: 'string', default: null, mutable: true },
    mask_secrets: { type: 'string', default: 'always', choices: ['always', 'never', 'sensitive'] },
  },
};

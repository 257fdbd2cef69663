import type { OptionGroup } from '../option-table.ts';

export const ipmiOptions: OptionGroup = {
  group: 'ipmi',
  options: {
    additional_retryable_ipmi_errors: { type: 'multi-string', default: [], mutable: true },
    cipher_suite_versions: { type: 'list', default: [] },
    command_retry_timeout: { type: 'integer', default: 60, mutable: true },
    debug: { type: 'boolean', default: false, mutable: true },
    disable_boot_timeout: { type: 'boolean', default: true, mutable: true },
    kill_on_timeout: { type: 'boolean', default: true, mutable: true },
    min_command_interval: { type: 'integer', default: 5, mutable: true },
    store_cred_in_env: { type: 'boolean', default: false },
    use_ipmitool_retries: { type: 'boolean', default: false },
  },
};

import type { OptionGroup } from '../option-table.ts';

export const databaseOptions: OptionGroup = {
  group: 'database',
  options: {
    connection: { type: 'string', default: 'sqlite:///$wrought.data_dir/wrought.db', secret: true },
    mysql_engine: { type: 'string', default: 'InnoDB' },
    sqlite_max_wait_for_retry: { type: 'integer', default: 10 },
    sqlite_retries: { type: 'boolean', default: true },
  },
};

import { sql } from 'kysely';
import { type Migration, run } from './migration.ts';

/** Deploy templates. */
export const deployTemplates: Migration = {
  version: 3,
  name: 'deploy templates',
  async up(db, { id, text, int, json }) {
    await run(
      db,
      sql`create table if not exists deploy_templates (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        name ${text} not null unique, steps ${json} not null, extra ${json} not null
      )`,
    );
  },
};

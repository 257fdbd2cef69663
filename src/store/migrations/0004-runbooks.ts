import { sql } from 'kysely';
import { type Migration, run } from './migration.ts';

/** Runbooks. */
export const runbooks: Migration = {
  version: 4,
  name: 'runbooks',
  async up(db, { id, text, int, bool, json }) {
    await run(
      db,
      sql`create table if not exists runbooks (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        name ${text} not null unique, steps ${json} not null, disable_ramdisk ${bool} not null, extra ${json} not null,
        public ${bool} not null, owner ${text}, description ${text}, traits ${json} not null
      )`,
    );
  },
};

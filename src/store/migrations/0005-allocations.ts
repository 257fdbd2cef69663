import { sql } from 'kysely';
import { type Migration, run } from './migration.ts';

/** Allocations. A node belongs to one at most; when it is removed, its allocation stays without a node. */
export const allocations: Migration = {
  version: 5,
  name: 'allocations',
  async up(db, { id, text, int, json }) {
    await run(
      db,
      sql`create table if not exists allocations (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        name ${text} unique, node_uuid ${text} unique references nodes (uuid) on delete set null,
        state ${text} not null, last_error ${text}, resource_class ${text}, traits ${json} not null, candidate_nodes ${json} not null,
        extra ${json} not null, owner ${text}, conductor_affinity ${text}
      )`,
      sql`create index if not exists allocations_unfinished on allocations (id) where state = 'allocating'`,
    );
  },
};

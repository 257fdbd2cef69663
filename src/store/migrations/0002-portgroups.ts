import { sql } from 'kysely';
import { type Migration, run } from './migration.ts';

/** Portgroups. Ports name theirs in a column of the first schema. */
export const portgroups: Migration = {
  version: 2,
  name: 'portgroups',
  async up(db, { id, text, int, bool, json }) {
    await run(
      db,
      sql`create table if not exists portgroups (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        node_uuid ${text} not null references nodes (uuid) on delete cascade,
        address ${text} unique, name ${text} unique, extra ${json} not null, internal_info ${json} not null,
        standalone_ports_supported ${bool} not null, mode ${text} not null, properties ${json} not null,
        physical_network ${text}, category ${text}, dynamic_portgroup ${bool} not null
      )`,
      sql`create index if not exists portgroups_node on portgroups (node_uuid)`,
    );
  },
};

import { sql } from 'kysely';
import { type Migration, run } from './migration.ts';

/** Volume connectors and targets. */
export const volumes: Migration = {
  version: 6,
  name: 'volumes',
  async up(db, { id, text, int, json }) {
    await run(
      db,
      sql`create table if not exists volume_connectors (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        node_uuid ${text} not null references nodes (uuid) on delete cascade,
        type ${text} not null, connector_id ${text} not null, extra ${json} not null,
        unique (type, connector_id)
      )`,
      sql`create index if not exists volume_connectors_node on volume_connectors (node_uuid)`,
      sql`create table if not exists volume_targets (
        id ${id}, uuid ${text} not null unique, created_at ${int} not null, updated_at ${int},
        node_uuid ${text} not null references nodes (uuid) on delete cascade,
        volume_type ${text} not null, boot_index ${int} not null, volume_id ${text} not null,
        properties ${json} not null, extra ${json} not null,
        unique (node_uuid, boot_index)
      )`,
    );
  },
};

import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import type {
  NewVolumeConnector,
  NewVolumeTarget,
  VolumeConnector,
  VolumeConnectorPatch,
  VolumeTarget,
  VolumeTargetPatch,
} from '../model/volume.ts';
import { type RecordTable, recordTable } from './record-table.ts';
import type { Page } from './store.ts';
import type { Transactor } from './transactor.ts';

interface VolumeRepository<T, New, Patch> {
  /** @throws DUPLICATE, NOT_FOUND (node). */
  create(values: New): Promise<T>;
  getByUuid(uuid: string): Promise<T | undefined>;
  list(filter: { nodeUuid?: string }, page: Page): Promise<T[]>;
  /** @throws DUPLICATE, NOT_FOUND. */
  update(uuid: string, patch: Patch): Promise<T>;
  /** @throws NOT_FOUND. */
  delete(uuid: string): Promise<void>;
  deleteOfNode(nodeUuid: string): Promise<void>;
}

export type VolumeConnectorRepository = VolumeRepository<VolumeConnector, NewVolumeConnector, VolumeConnectorPatch>;
export type VolumeTargetRepository = VolumeRepository<VolumeTarget, NewVolumeTarget, VolumeTargetPatch>;

const reference = (values: { node_uuid?: string }): string => `node ${values.node_uuid}`;

/** Volume connectors in the database. */
export function volumeConnectorRepository(transactor: Transactor, clock: Clock): VolumeConnectorRepository {
  const table = recordTable<VolumeConnector>(transactor, clock, {
    table: 'volume_connectors',
    subject: 'Volume connector',
    columns: { node_uuid: 'scalar', type: 'scalar', connector_id: 'scalar', extra: 'json' },
    unique: { '': (values: VolumeConnectorPatch) => `connector_id ${values.connector_id ?? '(unchanged)'} of the same type` },
    reference,
  });
  return volumes(transactor, table, 'volume_connectors', { extra: {} });
}

/** Volume targets in the database. */
export function volumeTargetRepository(transactor: Transactor, clock: Clock): VolumeTargetRepository {
  const table = recordTable<VolumeTarget>(transactor, clock, {
    table: 'volume_targets',
    subject: 'Volume target',
    columns: {
      node_uuid: 'scalar',
      volume_type: 'scalar',
      boot_index: 'scalar',
      volume_id: 'scalar',
      properties: 'json',
      extra: 'json',
    },
    unique: { '': (values: VolumeTargetPatch) => `boot_index ${values.boot_index ?? '(unchanged)'} on the same node` },
    reference,
  });
  return volumes(transactor, table, 'volume_targets', { extra: {}, properties: {} });
}

function volumes<T, New extends object & { uuid?: string }, Patch extends object>(
  transactor: Transactor,
  table: RecordTable<T>,
  name: string,
  defaults: object,
): VolumeRepository<T, New, Patch> {
  return {
    create: ({ uuid, ...values }) => table.insert({ ...defaults, ...values }, uuid),
    getByUuid: (uuid) => table.findBy('uuid', uuid),
    list({ nodeUuid }, page) {
      const conditions: RawBuilder<SqlBool>[] = nodeUuid === undefined ? [] : [sql<SqlBool>`node_uuid = ${nodeUuid}`];
      return table.list(conditions, page);
    },
    update: (uuid, patch) => table.update(uuid, patch),
    delete: (uuid) => table.delete(uuid),
    async deleteOfNode(nodeUuid) {
      await sql`delete from ${sql.table(name)} where node_uuid = ${nodeUuid}`.execute(transactor.writer());
    },
  };
}

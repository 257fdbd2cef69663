import { randomUUID } from 'node:crypto';
import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Port, PortPatch } from '../model/port.ts';
import type { PortsTable } from './database.ts';
import { ForeignKeyViolation, UniqueViolation } from './database-errors.ts';
import { keysetPage } from './keyset-page.ts';
import { contains } from './node-filter.ts';
import { parseObject } from './parse-column.ts';
import { requireMarker } from './require-marker.ts';
import type { PortRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

const SORTABLE: ReadonlySet<string> = new Set([
  'id',
  'uuid',
  'created_at',
  'updated_at',
  'node_uuid',
  'address',
  'name',
  'portgroup_uuid',
  'physical_network',
  'pxe_enabled',
  'is_smartnic',
  'available_for_dynamic_portgroup',
  'vendor',
  'category',
  'description',
]);

/** Ports in the database. */
export function portRepository(transactor: Transactor, clock: Clock): PortRepository {
  async function getBy(column: 'uuid' | 'name' | 'address', value: string): Promise<Port | undefined> {
    const row = await transactor.reader().selectFrom('ports').selectAll().where(column, '=', value).executeTakeFirst();
    return row && decode(row);
  }

  return {
    async create({ uuid = randomUUID(), ...given }) {
      const row = await explained(uuid, given, () =>
        transactor
          .writer()
          .insertInto('ports')
          .values({
            uuid,
            created_at: clock.now(),
            updated_at: null,
            node_uuid: given.node_uuid,
            address: given.address.toLowerCase(),
            name: given.name ?? null,
            description: given.description ?? null,
            description_folded: given.description?.toLowerCase() ?? null,
            extra: JSON.stringify(given.extra ?? {}),
            internal_info: JSON.stringify(given.internal_info ?? {}),
            local_link_connection: JSON.stringify(given.local_link_connection ?? {}),
            pxe_enabled: (given.pxe_enabled ?? true) ? 1 : 0,
            is_smartnic: given.is_smartnic ? 1 : 0,
            available_for_dynamic_portgroup: (given.available_for_dynamic_portgroup ?? true) ? 1 : 0,
            portgroup_uuid: given.portgroup_uuid ?? null,
            physical_network: given.physical_network ?? null,
            vendor: given.vendor ?? null,
            category: given.category ?? null,
          })
          .returningAll()
          .executeTakeFirstOrThrow(),
      );
      return decode(row);
    },

    getByUuid: (uuid) => getBy('uuid', uuid),
    getByName: (name) => getBy('name', name),
    getByAddress: (address) => getBy('address', address.toLowerCase()),

    async list(filter, page) {
      const { after, orderBy, limit } = keysetPage('ports', page, { isSortable: (key) => SORTABLE.has(key) });
      const { conductorGroups, shards, project } = filter;
      const byNode = conductorGroups !== undefined || shards !== undefined || project !== undefined;
      const rows = await transactor
        .reader()
        .selectFrom('ports')
        .selectAll('ports')
        .$if(filter.nodeUuid !== undefined, (query) => query.where('ports.node_uuid', '=', filter.nodeUuid ?? ''))
        .$if(filter.address !== undefined, (query) => query.where('ports.address', '=', filter.address?.toLowerCase() ?? ''))
        .$if(filter.portgroupUuid !== undefined, (query) => query.where('ports.portgroup_uuid', '=', filter.portgroupUuid ?? ''))
        .$if(filter.descriptionContains !== undefined, (query) =>
          query.where(contains('ports.description_folded', filter.descriptionContains ?? '')),
        )
        .$if(byNode, (query) =>
          query.where('ports.node_uuid', 'in', (eb) =>
            eb
              .selectFrom('nodes')
              .select('nodes.uuid')
              .$if(conductorGroups !== undefined, (nodes) => nodes.where(oneOf('nodes.conductor_group', conductorGroups ?? [])))
              .$if(shards !== undefined, (nodes) => nodes.where(oneOf('nodes.shard', shards ?? [])))
              .$if(project !== undefined, (nodes) =>
                nodes.where((node) => node.or([node('nodes.owner', '=', project ?? ''), node('nodes.lessee', '=', project ?? '')])),
              ),
          ),
        )
        .$if(after !== null, (query) => query.where(after ?? sql<SqlBool>`1 = 1`))
        .orderBy(orderBy)
        .limit(limit)
        .execute();
      if (rows.length === 0) await requireMarker(transactor, 'ports', 'uuid', page.marker);
      return rows.map(decode);
    },

    async ofNode(nodeUuid) {
      const rows = await transactor.reader().selectFrom('ports').selectAll().where('node_uuid', '=', nodeUuid).orderBy('id').execute();
      return rows.map(decode);
    },

    async update(uuid, patch) {
      const row = await explained(uuid, patch, () =>
        transactor
          .writer()
          .updateTable('ports')
          .set({ ...encodePatch(patch), updated_at: clock.now() })
          .where('uuid', '=', uuid)
          .returningAll()
          .executeTakeFirst(),
      );
      if (!row) throw new WroughtError('NOT_FOUND', `Port ${uuid} could not be found.`);
      return decode(row);
    },

    async delete(uuid) {
      const result = await transactor.writer().deleteFrom('ports').where('uuid', '=', uuid).executeTakeFirst();
      if (result.numDeletedRows === 0n) throw new WroughtError('NOT_FOUND', `Port ${uuid} could not be found.`);
    },
  };
}

function oneOf(column: string, values: readonly string[]) {
  return values.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${sql.ref(column)} in (${sql.join(values)})`;
}

function encodePatch(patch: PortPatch): Partial<Omit<PortsTable, 'id'>> {
  const { extra, internal_info, local_link_connection, pxe_enabled, is_smartnic, available_for_dynamic_portgroup, ...scalars } = patch;
  const text = (value: JsonObject): string => JSON.stringify(value);
  return {
    ...scalars,
    ...(scalars.address !== undefined && { address: scalars.address.toLowerCase() }),
    ...(scalars.description !== undefined && { description_folded: scalars.description?.toLowerCase() ?? null }),
    ...(extra !== undefined && { extra: text(extra) }),
    ...(internal_info !== undefined && { internal_info: text(internal_info) }),
    ...(local_link_connection !== undefined && { local_link_connection: text(local_link_connection) }),
    ...(pxe_enabled !== undefined && { pxe_enabled: pxe_enabled ? 1 : 0 }),
    ...(is_smartnic !== undefined && { is_smartnic: is_smartnic ? 1 : 0 }),
    ...(available_for_dynamic_portgroup !== undefined && {
      available_for_dynamic_portgroup: available_for_dynamic_portgroup ? 1 : 0,
    }),
  };
}

function decode(row: Selectable<PortsTable>): Port {
  const { description_folded: _, ...columns } = row;
  return {
    ...columns,
    extra: parseObject(row.extra),
    internal_info: parseObject(row.internal_info),
    local_link_connection: parseObject(row.local_link_connection),
    pxe_enabled: row.pxe_enabled === 1,
    is_smartnic: row.is_smartnic === 1,
    available_for_dynamic_portgroup: row.available_for_dynamic_portgroup === 1,
  };
}

/** Runs a write and turns what the database refuses into an error that names the field and the value. */
async function explained<T>(uuid: string, fields: PortPatch, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const options = { cause: error };
    if (error instanceof UniqueViolation && error.column === 'address')
      throw new WroughtError('DUPLICATE', `A port with MAC address ${fields.address?.toLowerCase()} already exists.`, options);
    if (error instanceof UniqueViolation && error.column === 'name')
      throw new WroughtError('DUPLICATE', `A port with name "${fields.name}" already exists.`, options);
    if (error instanceof UniqueViolation) throw new WroughtError('DUPLICATE', `A port with UUID ${uuid} already exists.`, options);
    if (error instanceof ForeignKeyViolation)
      throw new WroughtError('NOT_FOUND', `Port ${uuid}: node ${fields.node_uuid} could not be found.`, options);
    throw error;
  }
}

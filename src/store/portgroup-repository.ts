import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import type { NewPortgroup, Portgroup, PortgroupPatch } from '../model/portgroup.ts';
import { ofNodes, oneOf, type RecordSpec, recordTable } from './record-table.ts';
import type { Page } from './store.ts';
import type { Transactor } from './transactor.ts';

export interface PortgroupFilter {
  nodeUuid?: string;
  address?: string;
  shards?: readonly string[];
  conductorGroups?: readonly string[];
}

export interface PortgroupRepository {
  /** @throws DUPLICATE (uuid, address, name), NOT_FOUND (node). */
  create(values: NewPortgroup): Promise<Portgroup>;
  getByUuid(uuid: string): Promise<Portgroup | undefined>;
  getByName(name: string): Promise<Portgroup | undefined>;
  list(filter: PortgroupFilter, page: Page): Promise<Portgroup[]>;
  /** @throws DUPLICATE, NOT_FOUND. */
  update(uuid: string, patch: PortgroupPatch): Promise<Portgroup>;
  /** @throws NOT_FOUND; INVALID_PARAMETER while ports are in it. */
  delete(uuid: string): Promise<void>;
}

const SPEC: RecordSpec = {
  table: 'portgroups',
  subject: 'Portgroup',
  columns: {
    node_uuid: 'scalar',
    address: 'scalar',
    name: 'scalar',
    extra: 'json',
    internal_info: 'json',
    standalone_ports_supported: 'boolean',
    mode: 'scalar',
    properties: 'json',
    physical_network: 'scalar',
    category: 'scalar',
    dynamic_portgroup: 'boolean',
  },
  unique: {
    address: (values: PortgroupPatch) => `MAC address ${values.address}`,
    name: (values: PortgroupPatch) => `name "${values.name}"`,
  },
  reference: (values: PortgroupPatch) => `node ${values.node_uuid}`,
};

/** Portgroups in the database. */
export function portgroupRepository(transactor: Transactor, clock: Clock): PortgroupRepository {
  const table = recordTable<Portgroup>(transactor, clock, SPEC);
  const empty = sql<SqlBool>`not exists (select 1 from ports where ports.portgroup_uuid = portgroups.uuid)`;
  return {
    create: ({ uuid, ...values }) => table.insert({ ...defaults(), ...folded(values) }, uuid),
    getByUuid: (uuid) => table.findBy('uuid', uuid),
    getByName: (name) => table.findBy('name', name),
    list(filter, page) {
      const conditions: RawBuilder<SqlBool>[] = [];
      if (filter.nodeUuid !== undefined) conditions.push(sql<SqlBool>`node_uuid = ${filter.nodeUuid}`);
      if (filter.address !== undefined) conditions.push(sql<SqlBool>`address = ${filter.address.toLowerCase()}`);
      if (filter.shards !== undefined) conditions.push(ofNodes('node_uuid', oneOf('nodes.shard', filter.shards)));
      if (filter.conductorGroups !== undefined)
        conditions.push(ofNodes('node_uuid', oneOf('nodes.conductor_group', filter.conductorGroups)));
      return table.list(conditions, page);
    },
    update: (uuid, patch) => table.update(uuid, folded(patch)),
    async delete(uuid) {
      if (await table.remove(uuid, [empty])) return;
      if ((await table.findBy('uuid', uuid)) === undefined) throw table.notFound(uuid);
      throw new WroughtError('INVALID_PARAMETER', `Portgroup ${uuid} cannot be deleted: it still contains ports.`);
    },
  };
}

function folded(patch: PortgroupPatch): PortgroupPatch {
  return typeof patch.address === 'string' ? { ...patch, address: patch.address.toLowerCase() } : patch;
}

function defaults(): PortgroupPatch {
  return { extra: {}, internal_info: {}, properties: {}, standalone_ports_supported: true, dynamic_portgroup: false };
}

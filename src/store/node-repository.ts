import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import type { Lease } from '../model/lease.ts';
import { type Node, type NodePatch, newNodeDefaults } from '../model/node.ts';
import type { Database, NodesTable } from './database.ts';
import { ForeignKeyViolation, UniqueViolation } from './database-errors.ts';
import { keysetPage } from './keyset-page.ts';
import {
  decodeNode,
  encodeNode,
  finishListRows,
  isMaskedField,
  isSortableNodeField,
  NODE_FIELDS,
  type NodeColumns,
} from './node-columns.ts';
import { nodeConditions } from './node-filter.ts';
import { nodeLeases } from './node-leases.ts';
import { requireMarker } from './require-marker.ts';
import type { NodeRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

/** Nodes in the database. */
export function nodeRepository(transactor: Transactor, clock: Clock): NodeRepository {
  async function getBy(column: 'uuid' | 'name' | 'instance_uuid', value: string): Promise<Node | undefined> {
    const row = await transactor.reader().selectFrom('nodes').selectAll().where(column, '=', value).executeTakeFirst();
    return row && decodeNode(row);
  }

  /** Reads the row for a change and proves the lease. @throws NOT_FOUND, LEASE_LOST. */
  async function forChange(db: Kysely<Database>, uuid: string, lease: Lease | null): Promise<Selectable<NodesTable>> {
    const row = await db
      .selectFrom('nodes')
      .selectAll()
      .where('uuid', '=', uuid)
      .$if(transactor.dialect === 'postgresql', (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) throw notFound(uuid);
    if (lease !== null && (row.reservation === null || row.lease_token !== lease.token)) throw leaseLost(uuid, lease, row.reservation);
    return row;
  }

  async function mutate(uuid: string, lease: Lease | null, change: (node: Node) => NodePatch | null): Promise<Node> {
    return transactor.transaction(async (db) => {
      const node = decodeNode(await forChange(db, uuid, lease));
      const patch = change(node);
      if (patch === null) return node;
      const updated_at = clock.now();
      const columns = { ...encodeNode(patch), updated_at };
      await explained(uuid, patch, () => db.updateTable('nodes').set(columns).where('uuid', '=', uuid).execute());
      return { ...node, ...withoutUndefined(patch), updated_at };
    });
  }

  return {
    ...nodeLeases(transactor, clock),

    async create({ uuid = randomUUID(), ...given }) {
      const fields = { ...newNodeDefaults(), ...withoutUndefined(given), driver: given.driver };
      const values = {
        ...required(encodeNode(fields)),
        uuid,
        created_at: clock.now(),
        updated_at: null,
        reservation: null,
        lease_token: 0,
        lease_expires_at: null,
        lease_purpose: null,
        lease_since: null,
      };
      const row = await explained(uuid, fields, () =>
        transactor.writer().insertInto('nodes').values(values).returningAll().executeTakeFirstOrThrow(),
      );
      return decodeNode(row);
    },

    getByUuid: (uuid) => getBy('uuid', uuid),
    getByName: (name) => getBy('name', name),
    getByInstanceUuid: (uuid) => getBy('instance_uuid', uuid),

    async findByMacs(macs) {
      if (macs.length === 0) return [];
      const addresses = macs.map((mac) => mac.toLowerCase());
      const rows = await transactor
        .reader()
        .selectFrom('nodes')
        .selectAll()
        .where('uuid', 'in', (eb) => eb.selectFrom('ports').select('node_uuid').where('address', 'in', addresses))
        .orderBy('id')
        .execute();
      return rows.map(decodeNode);
    },

    async list(filter, page, columns) {
      const fields = columns === undefined ? NODE_FIELDS : [...new Set<keyof Node>(['uuid', ...columns])];
      const { after, orderBy, limit } = keysetPage('nodes', page, { isSortable: isSortableNodeField });
      const rows = await transactor
        .reader()
        .selectFrom('nodes')
        .select(
          fields.map((field) =>
            isMaskedField(field)
              ? sql`coalesce(${sql.ref(`nodes.${field}_masked`)}, ${sql.ref(`nodes.${field}`)})`.as(field)
              : sql.ref(`nodes.${field}`).as(field),
          ),
        )
        .where((eb) => eb.and([...nodeConditions(eb, filter), ...(after ? [after] : [])]))
        .orderBy(orderBy)
        .limit(limit)
        .execute();
      if (rows.length === 0) await requireMarker(transactor, 'nodes', 'uuid', page.marker);
      return finishListRows(rows, fields);
    },

    async scan(filter, limit) {
      const rows = await transactor
        .reader()
        .selectFrom('nodes')
        .selectAll()
        .where((eb) => eb.and(nodeConditions(eb, filter)))
        .orderBy(sql`provision_updated_at asc nulls first`)
        .orderBy('id')
        .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
        .execute();
      return decodeInTurns(rows);
    },

    async placements() {
      return transactor.reader().selectFrom('nodes').select(['uuid', 'conductor_group', 'driver']).orderBy('id').execute();
    },

    mutate,

    async delete(uuid, lease) {
      await transactor.transaction(async (db) => {
        await forChange(db, uuid, lease);
        await db.deleteFrom('nodes').where('uuid', '=', uuid).execute();
      });
    },

    async countInStates(states, conductorGroup) {
      if (states.length === 0) return 0;
      const row = await transactor
        .reader()
        .selectFrom('nodes')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('provision_state', 'in', [...states])
        .$if(conductorGroup !== undefined, (query) => query.where('conductor_group', '=', conductorGroup ?? ''))
        .executeTakeFirstOrThrow();
      return row.count;
    },

    async shards() {
      const rows = await transactor
        .reader()
        .selectFrom('nodes')
        .select((eb) => ['shard as name', eb.fn.countAll<number>().as('count')])
        .groupBy('shard')
        .orderBy('count', 'desc')
        .orderBy('shard')
        .execute();
      return rows.map(({ name, count }) => ({ name, count: Number(count) }));
    },

    async setTraits(uuid, lease, traits) {
      await mutate(uuid, lease, () => ({ traits: [...new Set(traits)].sort() }));
    },
  };
}

/** A node's insert has every column but those the repository adds: `newNodeDefaults` names all fields. */
function required(columns: Partial<NodeColumns>): NodeColumns {
  return columns as NodeColumns;
}

function withoutUndefined<T extends object>(patch: T): T {
  const present = Object.entries(patch).filter(([, value]) => value !== undefined);
  // The same fields with the same values, less those that say nothing.
  return Object.fromEntries(present) as T;
}

/** Runs a write and turns what the database refuses into an error that names the field and the value. */
async function explained<T>(uuid: string, fields: NodePatch, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof UniqueViolation && error.column === 'instance_uuid')
      throw new WroughtError(
        'INSTANCE_ASSOCIATED',
        `Node ${uuid} cannot be associated with instance ${fields.instance_uuid}: the instance is already associated with another node.`,
        { cause: error },
      );
    if (error instanceof UniqueViolation && error.column === 'name')
      throw new WroughtError('DUPLICATE', `A node with name "${fields.name}" already exists.`, { cause: error });
    if (error instanceof UniqueViolation) throw new WroughtError('DUPLICATE', `A node with UUID ${uuid} already exists.`, { cause: error });
    if (error instanceof ForeignKeyViolation)
      throw new WroughtError('INVALID_PARAMETER', `Node ${uuid}: chassis_uuid names no chassis: ${fields.chassis_uuid}.`, { cause: error });
    throw error;
  }
}

function notFound(uuid: string): WroughtError {
  return new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
}

function leaseLost(uuid: string, lease: Lease, holder: string | null): WroughtError {
  return new WroughtError(
    'LEASE_LOST',
    `Node ${uuid}: ${lease.holder} no longer holds it for "${lease.purpose}" (${holder === null ? 'it is free' : `${holder} holds it`}); nothing was written.`,
  );
}

/** Nodes parsed between two turns of the event loop. */
const DECODED_AT_A_TIME = 50;

/** Parses many nodes without keeping everybody else waiting for all of them. */
async function decodeInTurns(rows: readonly Parameters<typeof decodeNode>[0][]): Promise<Node[]> {
  const nodes: Node[] = [];
  for (const row of rows) {
    if (nodes.length > 0 && nodes.length % DECODED_AT_A_TIME === 0) await setImmediate();
    nodes.push(decodeNode(row));
  }
  return nodes;
}

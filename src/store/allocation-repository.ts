import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Allocation, AllocationPatch, AllocationState, NewAllocation } from '../model/allocation.ts';
import type { Clock } from '../model/clock.ts';
import { recordTable } from './record-table.ts';
import type { Page } from './store.ts';
import type { Transactor } from './transactor.ts';

export interface AllocationFilter {
  nodeUuid?: string;
  resourceClass?: string;
  state?: string;
  owner?: string;
}

export interface AllocationRepository {
  /** @throws DUPLICATE (uuid, name, node). */
  create(values: NewAllocation & AllocationPatch & { state: AllocationState }): Promise<Allocation>;
  getByUuid(uuid: string): Promise<Allocation | undefined>;
  getByName(name: string): Promise<Allocation | undefined>;
  ofNode(nodeUuid: string): Promise<Allocation | undefined>;
  list(filter: AllocationFilter, page: Page): Promise<Allocation[]>;
  /** Those in state allocating. */
  unfinished(): Promise<Allocation[]>;
  /** @throws DUPLICATE, NOT_FOUND. */
  update(uuid: string, patch: AllocationPatch): Promise<Allocation>;
  /** Ends an allocation that is still in state allocating; undefined when it is not any more. @throws DUPLICATE (node). */
  finish(uuid: string, patch: AllocationPatch & { state: 'active' | 'error' }): Promise<Allocation | undefined>;
  /** Takes an unfinished one over from a conductor; false when somebody else was faster or it has ended. */
  claim(uuid: string, from: string | null, to: string): Promise<boolean>;
  /** False when its node is not (or no more) the given one. */
  deleteIfNode(uuid: string, nodeUuid: string | null): Promise<boolean>;
  /** Removes what a node was given for, if anything. */
  deleteOfNode(nodeUuid: string): Promise<void>;
}

/** Allocations in the database. */
export function allocationRepository(transactor: Transactor, clock: Clock): AllocationRepository {
  const table = recordTable<Allocation>(transactor, clock, {
    table: 'allocations',
    subject: 'Allocation',
    columns: {
      name: 'scalar',
      node_uuid: 'scalar',
      state: 'scalar',
      last_error: 'scalar',
      resource_class: 'scalar',
      traits: 'json',
      candidate_nodes: 'json',
      extra: 'json',
      owner: 'scalar',
      conductor_affinity: 'scalar',
    },
    unique: {
      name: (values: AllocationPatch) => `name "${values.name}"`,
      node_uuid: (values: AllocationPatch) => `node ${values.node_uuid}`,
    },
  });
  const pending = sql<SqlBool>`state = 'allocating'`;
  return {
    create: ({ uuid, ...values }) => table.insert({ traits: [], candidate_nodes: [], extra: {}, ...values }, uuid),
    getByUuid: (uuid) => table.findBy('uuid', uuid),
    getByName: (name) => table.findBy('name', name),
    ofNode: (nodeUuid) => table.findBy('node_uuid', nodeUuid),
    list(filter, page) {
      const conditions: RawBuilder<SqlBool>[] = [];
      if (filter.nodeUuid !== undefined) conditions.push(sql<SqlBool>`node_uuid = ${filter.nodeUuid}`);
      if (filter.resourceClass !== undefined) conditions.push(sql<SqlBool>`resource_class = ${filter.resourceClass}`);
      if (filter.state !== undefined) conditions.push(sql<SqlBool>`state = ${filter.state}`);
      if (filter.owner !== undefined) conditions.push(sql<SqlBool>`owner = ${filter.owner}`);
      return table.list(conditions, page);
    },
    unfinished: () => table.select([pending]),
    update: (uuid, patch) => table.update(uuid, patch),
    finish: (uuid, patch) => table.change(uuid, patch, [pending]),
    async claim(uuid, from, to) {
      const held = from === null ? sql<SqlBool>`conductor_affinity is null` : sql<SqlBool>`conductor_affinity = ${from}`;
      return (await table.change(uuid, { conductor_affinity: to }, [pending, held])) !== undefined;
    },
    deleteIfNode: (uuid, nodeUuid) =>
      table.remove(uuid, [nodeUuid === null ? sql<SqlBool>`node_uuid is null` : sql<SqlBool>`node_uuid = ${nodeUuid}`]),
    async deleteOfNode(nodeUuid) {
      await sql`delete from allocations where node_uuid = ${nodeUuid}`.execute(transactor.writer());
    },
  };
}

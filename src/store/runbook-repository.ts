import { sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import type { NewRunbook, Runbook, RunbookPatch } from '../model/runbook.ts';
import { recordTable } from './record-table.ts';
import type { Page } from './store.ts';
import type { Transactor } from './transactor.ts';

export interface RunbookRepository {
  /** @throws DUPLICATE (uuid, name). */
  create(values: NewRunbook): Promise<Runbook>;
  getByUuid(uuid: string): Promise<Runbook | undefined>;
  getByName(name: string): Promise<Runbook | undefined>;
  list(filter: { owner?: string }, page: Page): Promise<Runbook[]>;
  /** @throws DUPLICATE, NOT_FOUND. */
  update(uuid: string, patch: RunbookPatch): Promise<Runbook>;
  /** Derives the traits from the present ones and writes them, as one transaction. @throws NOT_FOUND. */
  changeTraits(uuid: string, change: (traits: readonly string[]) => readonly string[]): Promise<Runbook>;
  /** @throws NOT_FOUND. */
  delete(uuid: string): Promise<void>;
}

/** Runbooks in the database. */
export function runbookRepository(transactor: Transactor, clock: Clock): RunbookRepository {
  const table = recordTable<Runbook>(transactor, clock, {
    table: 'runbooks',
    subject: 'Runbook',
    columns: {
      name: 'scalar',
      steps: 'json',
      disable_ramdisk: 'boolean',
      extra: 'json',
      public: 'boolean',
      owner: 'scalar',
      description: 'scalar',
      traits: 'json',
    },
    unique: { name: (values: RunbookPatch) => `name "${values.name}"` },
  });
  return {
    create: ({ uuid, ...values }) => table.insert({ disable_ramdisk: false, extra: {}, public: false, traits: [], ...values }, uuid),
    getByUuid: (uuid) => table.findBy('uuid', uuid),
    getByName: (name) => table.findBy('name', name),
    list: ({ owner }, page) => table.list(owner === undefined ? [] : [sql`owner = ${owner}`], page),
    update: (uuid, patch) => table.update(uuid, patch),
    changeTraits: (uuid, change) =>
      transactor.transaction(async () => {
        // The write comes first, so that on PostgreSQL the row is locked before it is read.
        const runbook = await table.update(uuid, {});
        return table.update(uuid, { traits: [...new Set(change(runbook.traits))].sort() });
      }),
    delete: (uuid) => table.delete(uuid),
  };
}

import { type Kysely, sql } from 'kysely';
import { WroughtError } from '../model/errors.ts';
import type { Database } from './database.ts';
import { columnTypes, type Migration } from './migrations/migration.ts';
import { MIGRATIONS } from './migrations/migrations.ts';

/** Where a database's schema stands against the program's. */
export interface MigrationStatus {
  /** 0: empty database. */
  readonly current: number;
  /** What this program works with. */
  readonly latest: number;
  readonly applied: readonly { version: number; name: string; appliedAt: number }[];
  readonly pending: readonly { version: number; name: string }[];
}

interface Target {
  readonly db: Kysely<Database>;
  readonly dialect: 'sqlite' | 'postgresql';
  readonly shown: string;
}

/** Serialises upgrades of several processes that start together on PostgreSQL. */
const UPGRADE_LOCK = 0x77726f76;

/** Reads what has been applied; changes nothing. */
export async function migrationStatus(target: Target, migrations: readonly Migration[] = MIGRATIONS): Promise<MigrationStatus> {
  const rows = (await hasVersionTable(target)) ? await target.db.selectFrom('schema_version').selectAll().orderBy('version').execute() : [];
  const current = rows.at(-1)?.version ?? 0;
  return {
    current,
    latest: migrations.length,
    applied: rows.map(({ version, name, applied_at }) => ({ version, name, appliedAt: applied_at })),
    pending: migrations.filter((each) => each.version > current).map(({ version, name }) => ({ version, name })),
  };
}

/**
 * Brings the schema to what the program works with, one transaction a step; answers the names of the steps taken.
 * @throws CONFLICT when the database is newer than the program.
 */
export async function upgrade(target: Target, now: () => number, migrations: readonly Migration[] = MIGRATIONS): Promise<string[]> {
  const { db, dialect } = target;
  refuseNewer(await migrationStatus(target, migrations), target.shown);
  const taken: string[] = [];
  const types = columnTypes(dialect);
  for (const migration of migrations) {
    const applied = await db.transaction().execute(async (trx) => {
      if (dialect === 'postgresql') await sql`select pg_advisory_xact_lock(${UPGRADE_LOCK})`.execute(trx);
      await sql`create table if not exists schema_version (
        version ${types.int} primary key, name ${types.text} not null, applied_at ${types.int} not null
      )`.execute(trx);
      // Under the lock, because another process may have taken the step meanwhile.
      const done = await trx.selectFrom('schema_version').select('version').where('version', '=', migration.version).executeTakeFirst();
      if (done) return false;
      await migration.up(trx, types);
      await trx.insertInto('schema_version').values({ version: migration.version, name: migration.name, applied_at: now() }).execute();
      return true;
    });
    if (applied) taken.push(migration.name);
  }
  return taken;
}

/** @throws CONFLICT unless the schema is exactly what the program works with. */
export async function requireCurrentSchema(target: Target): Promise<void> {
  const status = await migrationStatus(target);
  refuseNewer(status, target.shown);
  if (status.pending.length > 0)
    throw new WroughtError(
      'CONFLICT',
      `Database ${target.shown} has schema version ${status.current}, this program needs ${status.latest}: run \`wrought db upgrade\` first.`,
    );
}

function refuseNewer(status: MigrationStatus, shown: string): void {
  if (status.current > status.latest)
    throw new WroughtError(
      'CONFLICT',
      `Database ${shown} has schema version ${status.current}, but this program knows versions up to ${status.latest}: ` +
        'start the Wrought that wrote it or a newer one, or restore a backup from before its upgrade.',
    );
}

async function hasVersionTable({ db, dialect }: Target): Promise<boolean> {
  const query =
    dialect === 'sqlite'
      ? sql<{ found: number }>`select count(*) as found from sqlite_master where type = 'table' and name = 'schema_version'`
      : sql<{ found: number }>`select count(to_regclass('schema_version')) as found`;
  return ((await query.execute(db)).rows[0]?.found ?? 0) > 0;
}

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { NodeSqliteDialect } from './sqlite-dialect.ts';

interface Tables {
  t: { a: number };
}

test('whoever writes waits for the flush, and others get the connection meanwhile', async () => {
  const flushes: (() => void)[] = [];
  const database = new DatabaseSync(':memory:');
  database.exec('create table t (a integer unique)');
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database, () => new Promise((resolve) => flushes.push(resolve))) });
  const acknowledged: string[] = [];
  const first = db
    .insertInto('t')
    .values({ a: 1 })
    .execute()
    .then(() => acknowledged.push('single statement'));
  const second = db
    .transaction()
    .execute(async (trx) => {
      await trx.insertInto('t').values({ a: 2 }).execute();
    })
    .then(() => acknowledged.push('transaction'));
  assert.equal((await db.selectFrom('t').selectAll().execute()).length, 2, 'reads go on');
  assert.equal(flushes.length, 2);
  assert.deepEqual(acknowledged, []);
  flushes[1]?.();
  await second;
  flushes[0]?.();
  await first;
  assert.deepEqual(acknowledged, ['transaction', 'single statement']);
  await db.destroy();
});

test('what wrote nothing waits for no flush; a failed flush fails the write', async () => {
  const database = new DatabaseSync(':memory:');
  database.exec('create table t (a integer unique)');
  const flush = (): Promise<void> => Promise.reject(new Error('the disk is gone'));
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database, flush) });
  await db.transaction().execute((trx) => trx.selectFrom('t').selectAll().execute());
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto('t').values({ a: 1 }).execute();
    throw new Error('rolled back');
  });
  await assert.rejects(failing, /rolled back/);
  await assert.rejects(db.insertInto('t').values({ a: 1 }).execute(), /the disk is gone/);
  await assert.rejects(sql`update t set a = 3 returning a`.execute(db), /the disk is gone/);
  await db.destroy();
});

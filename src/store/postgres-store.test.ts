import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { findPostgres, POSTGRES_PACKAGE, startThrowawayPostgres, type ThrowawayPostgres } from '../../test/store/throwaway-postgres.ts';
import { type Logger, silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { hasCode } from '../model/errors.ts';
import { gate } from './conformance/bench.ts';
import { openStore } from './open-store.ts';
import { storeConformance } from './store-conformance.ts';

const bin = findPostgres();
const missing = bin === undefined && process.env.WROUGHT_TEST_POSTGRES === undefined;
// In CI a missing server is a failure: a suite that quietly does not run proves nothing.
const skip = missing && process.env.CI !== 'true' ? `needs a PostgreSQL server: Debian package ${POSTGRES_PACKAGE}` : false;

describe('PostgreSQL', { skip }, () => {
  let started: ThrowawayPostgres | undefined;
  const server = (): ThrowawayPostgres => {
    assert.ok(started, 'the server runs');
    return started;
  };
  before(async () => {
    assert.ok(!missing, `no PostgreSQL server here: install the Debian package ${POSTGRES_PACKAGE}`);
    started = await startThrowawayPostgres(bin ?? '');
  });
  after(async () => started?.stop());

  const clock = new VirtualClock();
  const options = { clock, log: silentLogger };

  storeConformance('PostgreSQL', { freshDatabase: () => server().freshDatabase(), shared: true });

  test('stores that start together migrate once', async () => {
    const connection = await server().freshDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(connection, options)));
    await stores[2]?.nodes.create({ driver: 'd', name: 'n' });
    assert.ok(await stores[0]?.nodes.getByName('n'));
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a deadlock victim is run again', async () => {
    const store = await openStore(await server().freshDatabase(), options);
    const a = await store.nodes.create({ driver: 'd' });
    const b = await store.nodes.create({ driver: 'd' });
    const locked = [gate(), gate()];
    let runs = 0;
    const crosswise = (mine: number, first: string, second: string) =>
      store.transaction(async (tx) => {
        runs++;
        const count = (node: { extra: { n?: unknown } }) => ({ extra: { n: Number(node.extra.n ?? 0) + 1 } });
        await tx.nodes.mutate(first, null, count);
        locked[mine]?.open();
        await locked[1 - mine]?.opened;
        await tx.nodes.mutate(second, null, count);
      });
    await Promise.all([crosswise(0, a.uuid, b.uuid), crosswise(1, b.uuid, a.uuid)]);
    assert.equal(runs, 3, 'one of the two was run twice');
    assert.deepEqual([(await store.nodes.getByUuid(a.uuid))?.extra, (await store.nodes.getByUuid(b.uuid))?.extra], [{ n: 2 }, { n: 2 }]);
    await store.close();
  });

  test('a transaction that adds its event first and commits last is not passed over', async () => {
    const store = await openStore(await server().freshDatabase(), options);
    const event = (n: number) => ({ kind: 'node.updated', node_uuid: 'x', node_name: null, data: { n } }) as const;
    const added = gate();
    const proceed = gate();
    const slow = store.transaction(async (tx) => {
      await tx.nodes.create({ driver: 'd' });
      await tx.events.add(event(1));
      added.open();
      await proceed.opened;
    });
    await added.opened;
    await store.events.add(event(2));
    const [early] = await store.events.since(0, 10);
    assert.equal(early?.data.n, 2);
    proceed.open();
    await slow;
    const late = await store.events.since(early?.id ?? 0, 10);
    assert.deepEqual(
      late.map((each) => each.data.n),
      [1],
    );
    await store.close();
  });

  test('another process is told of events, also after its connection was lost', async () => {
    const connection = await server().freshDatabase();
    const writer = await openStore(connection, options);
    let lost = gate();
    const log: Logger = {
      ...silentLogger,
      warn: (fields) => {
        if ('retryMs' in fields) lost.open();
      },
    };
    const reader = await openStore(connection, { clock, log });
    let told = gate();
    reader.onEvents(() => told.open());
    await writer.events.add({ kind: 'node.updated', node_uuid: 'x', node_name: null, data: {} });
    await told.opened;

    told = gate();
    lost = gate();
    const name = new URL(connection).pathname.slice(1);
    await server().query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query ilike 'listen%'", [name]);
    await lost.opened;
    await clock.advance(1000);
    await told.opened;
    assert.equal((await reader.events.since(0, 10)).length, 1);
    await reader.close();
    await writer.close();
  });

  test('a statement after the server has cut all connections finds a new one', async () => {
    const connection = await server().freshDatabase();
    const store = await openStore(connection, options);
    await store.nodes.create({ driver: 'd', name: 'n' });
    const name = new URL(connection).pathname.slice(1);
    await server().query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    // Whether a statement still meets a dying connection is chance; it may fail as "try again", and the next ones must not.
    const found = await store.nodes.getByName('n').catch((error: unknown) => {
      assert.ok(hasCode(error, 'TEMPORARY_FAILURE'), String(error));
      return store.nodes.getByName('n');
    });
    assert.equal(found?.name, 'n');
    await store.close();
  });

  test('an unreachable server is a temporary failure that shows no password', async () => {
    await assert.rejects(
      openStore('postgresql://joe:hunter2@127.0.0.1:1/wrought', options),
      (error: Error & pg.DatabaseError) => hasCode(error, 'TEMPORARY_FAILURE') && !error.message.includes('hunter2'),
    );
  });
});

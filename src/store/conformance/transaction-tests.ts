import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import { type Bench, gate, storeTest } from './bench.ts';

export function transactionTests(bench: Bench): void {
  storeTest(bench, 'all of a transaction is written, or nothing', async ({ store }) => {
    const work = (fail: boolean) =>
      store.transaction(async (tx) => {
        const node = await tx.nodes.create({ driver: 'd', name: 'n' });
        await tx.ports.create({ node_uuid: node.uuid, address: '00:00:00:00:00:01' });
        await tx.events.add({ kind: 'node.created', node_uuid: node.uuid, node_name: 'n', data: {} });
        assert.ok(await tx.nodes.getByName('n'), 'it reads its own writes');
        if (fail) throw new Error('changed my mind');
        return node.uuid;
      });
    await assert.rejects(work(true), /changed my mind/);
    assert.equal(await store.nodes.getByName('n'), undefined);
    assert.equal(await store.events.lastId(), 0);
    const uuid = await work(false);
    assert.equal((await store.ports.ofNode(uuid)).length, 1);
    assert.equal((await store.events.since(0, 10)).length, 1);
  });

  storeTest(bench, 'work beside a transaction takes no part in it', async ({ store }) => {
    const begun = gate();
    const proceed = gate();
    const inside = store.transaction(async (tx) => {
      await tx.nodes.create({ driver: 'd', name: 'inside' });
      begun.open();
      await proceed.opened;
      throw new Error('rolled back');
    });
    await begun.opened;
    const beside = Array.from({ length: 5 }, (_, i) => store.nodes.create({ driver: 'd', name: `beside${i}` }));
    if (bench.shared) assert.deepEqual(await store.nodes.list({ driver: 'no wait' }, { limit: 9 }), [], 'readers do not wait');
    if (bench.shared) assert.equal(await store.nodes.getByName('inside'), undefined, 'nor do they see what is not committed');
    proceed.open();
    await assert.rejects(inside, /rolled back/);
    await Promise.all(beside);
    const rows = await store.nodes.list({}, { limit: 10, sortKey: 'name' }, ['name']);
    assert.equal(rows.map((row) => row.name).join(' '), 'beside0 beside1 beside2 beside3 beside4');
  });

  storeTest(bench, 'nested transactions are one, also through the store itself', async ({ store }) => {
    await assert.rejects(
      store.transaction(async () => {
        await store.transaction(async (tx) => tx.nodes.create({ driver: 'd', name: 'inner' }));
        await store.nodes.mutate((await store.nodes.getByName('inner'))?.uuid ?? '', null, () => ({ maintenance: true }));
        throw new Error('outer fails');
      }),
      /outer fails/,
    );
    assert.equal(await store.nodes.getByName('inner'), undefined);
  });

  storeTest(bench, 'an error from the database ends the transaction even when it is swallowed', async ({ store }) => {
    await store.nodes.create({ driver: 'd', name: 'taken' });
    await assert.rejects(
      store.transaction(async (tx) => {
        await tx.nodes.create({ driver: 'd', name: 'before' });
        await assert.rejects(tx.nodes.create({ driver: 'd', name: 'taken' }), (error) => hasCode(error, 'DUPLICATE'));
      }),
    );
    assert.equal(await store.nodes.getByName('before'), undefined);
    await store.nodes.create({ driver: 'd', name: 'after' });
  });

  storeTest(bench, 'work that outlives its transaction goes on outside of it', async ({ store }) => {
    const ended = gate();
    let late: Promise<unknown> | undefined;
    await store.transaction(async (tx) => {
      await tx.nodes.create({ driver: 'd' });
      late = ended.opened.then(() => store.nodes.create({ driver: 'd', name: 'late' }));
    });
    ended.open();
    await late;
    assert.ok(await store.nodes.getByName('late'));
  });

  storeTest(bench, 'many transactions at once come out whole', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd', extra: { sum: 0 } });
    await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        store
          .transaction(async (tx) => {
            await tx.nodes.mutate(uuid, null, (node) => ({ extra: { sum: Number(node.extra.sum) + 1 } }));
            await tx.nodes.create({ driver: 'd', name: `t${i}` });
            if (i % 5 === 0) throw new Error('given up');
          })
          .catch((error: Error) => assert.equal(error.message, 'given up')),
      ),
    );
    assert.equal((await store.nodes.getByUuid(uuid))?.extra.sum, 20);
    assert.equal((await store.nodes.list({}, { limit: 100 }, ['uuid'])).length, 21);
  });
}

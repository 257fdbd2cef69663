import assert from 'node:assert/strict';
import { silentLogger } from '../../config/logger.ts';
import { openStore } from '../open-store.ts';
import { type Bench, storeTest } from './bench.ts';

const event = (node_uuid: string, data = {}) => ({ kind: 'node.updated', node_uuid, node_name: null, data }) as const;

export function eventTests(bench: Bench): void {
  storeTest(bench, 'events are read in order, from where one left off, by node and by kind', async ({ store, clock }) => {
    await store.events.add(event('a', { n: 1 }));
    await store.transaction(async (tx) => {
      await tx.events.add({ kind: 'node.power_state', node_uuid: 'b', node_name: 'bee', data: { n: 2 } });
      await tx.events.add(event('a', { n: 3 }));
    });
    const all = await store.events.since(0, 10);
    assert.deepEqual(
      all.map((each) => each.data.n),
      [1, 2, 3],
    );
    const [first, second] = all;
    assert.deepEqual(second, {
      id: second?.id,
      created_at: clock.now(),
      kind: 'node.power_state',
      node_uuid: 'b',
      node_name: 'bee',
      data: { n: 2 },
    });
    const numbers = async (...query: Parameters<typeof store.events.since>) =>
      (await store.events.since(...query)).map((each) => each.data.n);
    assert.deepEqual(await numbers(first?.id ?? 0, 10), [2, 3]);
    assert.deepEqual(await numbers(0, 2), [1, 2]);
    assert.deepEqual(await numbers(0, 10, { nodeUuid: 'a' }), [1, 3]);
    assert.deepEqual(await numbers(0, 10, { kinds: ['node.power_state', 'node.step'] }), [2]);
    assert.deepEqual(await numbers(0, 10, { kinds: [] }), []);
    assert.equal(await store.events.lastId(), all.at(-1)?.id);
    assert.equal(await store.events.prune(clock.now()), 0);
    assert.equal(await store.events.prune(clock.now() + 1), 3);
    await store.events.add(event('a'));
    assert.ok((await store.events.lastId()) > (all.at(-1)?.id ?? 0), 'ids are not used again');
  });

  storeTest(bench, 'listeners are called after a commit with events, and only then', async ({ store }) => {
    let told = 0;
    const stop = store.onEvents(() => {
      told++;
    });
    store.onEvents(() => {
      throw new Error('a bad listener harms nobody');
    });
    await store.nodes.create({ driver: 'd' });
    assert.equal(told, 0);
    await store.transaction(async (tx) => {
      await tx.events.add(event('a'));
      await tx.events.add(event('b'));
      assert.equal(told, 0);
    });
    assert.equal(told, 1);
    const failing = store.transaction(async (tx) => {
      await tx.events.add(event('a'));
      throw new Error('rolled back');
    });
    await assert.rejects(failing, /rolled back/);
    assert.equal(told, 1);
    stop();
    await store.events.add(event('a'));
    assert.equal(told, 1);
  });

  storeTest(bench, 'a follower of the outbox misses nothing while many write', async ({ store, clock, connection }) => {
    const follower = bench.shared ? await openStore(connection, { clock, log: silentLogger }) : store;
    try {
      const seen: number[] = [];
      let cursor = 0;
      let writing = true;
      const follow = async (): Promise<void> => {
        for (let last = false; !last; ) {
          last = !writing;
          for (const each of await follower.events.since(cursor, 1000)) {
            seen.push(Number(each.data.n));
            cursor = each.id;
          }
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
      };
      const following = follow();
      await Promise.all(
        Array.from({ length: 120 }, (_, n) =>
          store.transaction(async (tx) => {
            await tx.events.add(event('a', { n }));
            await tx.nodes.create({ driver: 'd' });
          }),
        ),
      );
      writing = false;
      await following;
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: 120 }, (_, n) => n),
      );
    } finally {
      if (follower !== store) await follower.close();
    }
  });
}

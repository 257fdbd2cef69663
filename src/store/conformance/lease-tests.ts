import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import type { Store } from '../store.ts';
import { type Bench, storeTest } from './bench.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';
const TTL = 60_000;

async function take(store: Store, uuid: string, holder = 'h1'): Promise<Lease> {
  const taken = await store.nodes.acquireLease(uuid, { holder, purpose: 'testing', ttlMs: TTL });
  assert.ok('lease' in taken, 'the lease is free');
  return taken.lease;
}

export function leaseTests(bench: Bench): void {
  storeTest(bench, 'of fifty who ask at once one gets the lease, the others learn who has it', async ({ store, clock }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.nodes.acquireLease(uuid, { holder: `h${i}`, purpose: `job ${i}`, ttlMs: TTL })),
    );
    const winners = answers.flatMap((answer) => ('lease' in answer ? [answer] : []));
    assert.equal(winners.length, 1);
    const [winner] = winners;
    assert.ok(winner);
    assert.equal(winner.lease.token, 1);
    assert.equal(winner.node.reservation, winner.lease.holder);
    for (const answer of answers)
      if ('heldBy' in answer)
        assert.deepEqual(answer.heldBy, {
          holder: winner.lease.holder,
          purpose: winner.lease.purpose,
          since: clock.now(),
          expiresAt: clock.now() + TTL,
        });
    await assert.rejects(store.nodes.acquireLease(ABSENT, { holder: 'h', purpose: 'p', ttlMs: 1 }), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'tokens grow with every acquisition, across release and expiry', async ({ store, clock }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    const first = await take(store, uuid);
    assert.equal(await store.nodes.releaseLease(first), true);
    assert.equal(await store.nodes.releaseLease(first), false, 'released once');
    const second = await take(store, uuid);
    await clock.advance(TTL);
    const third = await take(store, uuid, 'h2');
    assert.deepEqual([first.token, second.token, third.token], [1, 2, 3]);
    const node = await store.nodes.getByUuid(uuid);
    assert.deepEqual([node?.reservation, node?.lease_token, node?.lease_purpose], ['h2', 3, 'testing']);
  });

  storeTest(bench, 'who lost a lease writes nothing any more', async ({ store, clock }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    const old = await take(store, uuid);
    assert.equal((await store.nodes.mutate(uuid, old, () => ({ name: 'mine' }))).name, 'mine');
    await clock.advance(TTL - 1);
    assert.ok('heldBy' in (await store.nodes.acquireLease(uuid, { holder: 'h2', purpose: 'p', ttlMs: TTL })), 'not before its end');
    await clock.advance(1);
    const present = await take(store, uuid, 'h2');
    const before = await store.nodes.getByUuid(uuid);
    let asked = 0;
    const change = () => {
      asked++;
      return { name: 'stale' };
    };
    for (const attempt of [
      () => store.nodes.mutate(uuid, old, change),
      () => store.nodes.setTraits(uuid, old, ['CUSTOM_STALE']),
      () => store.nodes.delete(uuid, old),
    ])
      await assert.rejects(attempt, (error: Error) => hasCode(error, 'LEASE_LOST') && error.message.includes('h2'));
    assert.equal(asked, 0, 'the change is not even derived');
    assert.equal(await store.nodes.releaseLease(old), false);
    assert.deepEqual(await store.nodes.renewLeases([old, present], TTL), [old]);
    assert.deepEqual(await store.nodes.getByUuid(uuid), before);
    await store.nodes.releaseLease(present);
    await assert.rejects(store.nodes.mutate(uuid, present, change), (error) => hasCode(error, 'LEASE_LOST'));
    assert.deepEqual(await store.nodes.renewLeases([present], TTL), [present], 'a released lease is not revived');
  });

  storeTest(bench, 'all leases are renewed by one statement', async ({ store, clock }) => {
    const leases: Lease[] = [];
    for (let i = 0; i < 20; i++) leases.push(await take(store, (await store.nodes.create({ driver: 'd' })).uuid));
    await clock.advance(TTL / 2);
    const before = store.statements;
    assert.deepEqual(await store.nodes.renewLeases(leases, TTL), []);
    assert.equal(store.statements - before, 1);
    await clock.advance(TTL - 1);
    assert.deepEqual(await store.nodes.abandonedLeases(), []);
    await clock.advance(1);
    assert.equal((await store.nodes.abandonedLeases()).length, 20);
    assert.deepEqual(await store.nodes.renewLeases([], TTL), []);
  });

  storeTest(bench, 'abandoned are leases that ended, or whose holder is not alive', async ({ store, clock }) => {
    const made = [];
    for (const name of ['ended', 'dead', 'alive', 'free']) made.push(await store.nodes.create({ driver: 'd', name }));
    const [ended, dead, alive] = made;
    await take(store, ended?.uuid ?? '', 'live');
    await clock.advance(TTL - 10);
    await take(store, dead?.uuid ?? '', 'gone');
    await take(store, alive?.uuid ?? '', 'live');
    await clock.advance(10);
    const names = async (holders?: string[]) => (await store.nodes.abandonedLeases(holders)).map((node) => node.name).join(' ');
    assert.equal(await names(), 'ended');
    assert.equal(await names(['live']), 'ended dead');
    assert.equal(await names([]), 'ended dead alive');
  });
}

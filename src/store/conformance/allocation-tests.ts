import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import type { AllocationFilter } from '../allocation-repository.ts';
import { type Bench, storeTest } from './bench.ts';

export function allocationTests(bench: Bench): void {
  storeTest(bench, 'an allocation is created, found, changed, listed and deleted', async ({ store, clock }) => {
    const { allocations } = store;
    const node = await store.nodes.create({ driver: 'd' });
    const one = await allocations.create({
      state: 'allocating',
      name: 'a',
      resource_class: 'x',
      traits: ['T', 'T'],
      conductor_affinity: 'c1',
    });
    assert.deepEqual(one, {
      id: one.id,
      uuid: one.uuid,
      created_at: clock.now(),
      updated_at: null,
      name: 'a',
      node_uuid: null,
      state: 'allocating',
      last_error: null,
      resource_class: 'x',
      traits: ['T', 'T'],
      candidate_nodes: [],
      extra: {},
      owner: null,
      conductor_affinity: 'c1',
    });
    const two = await allocations.create({ state: 'active', node_uuid: node.uuid, owner: 'p1' });
    assert.deepEqual(await allocations.getByUuid(one.uuid), one);
    assert.deepEqual(await allocations.getByName('a'), one);
    assert.deepEqual(await allocations.ofNode(node.uuid), two);
    assert.deepEqual(await allocations.unfinished(), [one]);
    const filters: [AllocationFilter, string[]][] = [
      [{}, [one.uuid, two.uuid]],
      [{ nodeUuid: node.uuid }, [two.uuid]],
      [{ resourceClass: 'x' }, [one.uuid]],
      [{ state: 'nope' }, []],
      [{ owner: 'p1', state: 'active' }, [two.uuid]],
    ];
    for (const [filter, expected] of filters) {
      const found = await allocations.list(filter, { limit: 9 });
      assert.deepEqual(
        found.map((each) => each.uuid),
        expected,
        JSON.stringify(filter),
      );
    }
    for (const attempt of [
      () => allocations.create({ state: 'allocating', name: 'a' }),
      () => allocations.create({ state: 'active', node_uuid: node.uuid }),
      () => allocations.finish(one.uuid, { state: 'active', node_uuid: node.uuid }),
    ])
      await assert.rejects(attempt, (error) => hasCode(error, 'DUPLICATE'));
    assert.equal((await allocations.update(one.uuid, { extra: { a: 1 } })).extra.a, 1);
    assert.equal(await allocations.deleteIfNode(two.uuid, null), false);
    await allocations.deleteOfNode(node.uuid);
    assert.equal(await allocations.getByUuid(two.uuid), undefined);
  });

  storeTest(bench, 'an allocation ends once, is taken over by one, and outlives its node', async ({ store }) => {
    const { allocations } = store;
    const node = await store.nodes.create({ driver: 'd' });
    const { uuid } = await allocations.create({ state: 'allocating', conductor_affinity: 'gone' });
    const claims = await Promise.all(['a', 'b', 'c'].map((host) => allocations.claim(uuid, 'gone', host)));
    assert.equal(claims.filter(Boolean).length, 1);
    assert.equal((await allocations.finish(uuid, { state: 'active', node_uuid: node.uuid }))?.node_uuid, node.uuid);
    assert.equal(await allocations.finish(uuid, { state: 'error', last_error: 'x' }), undefined);
    assert.equal(await allocations.claim(uuid, 'a', 'b'), false);
    await store.nodes.delete(node.uuid, null);
    const left = await allocations.getByUuid(uuid);
    assert.deepEqual([left?.state, left?.node_uuid], ['active', null]);
    assert.equal(await allocations.deleteIfNode(uuid, null), true);
  });
}

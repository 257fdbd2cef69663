import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import type { PortgroupFilter } from '../portgroup-repository.ts';
import { type Bench, storeTest } from './bench.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';

export function portgroupTests(bench: Bench): void {
  storeTest(bench, 'a portgroup is created, found, changed and deleted', async ({ store, clock }) => {
    const node = await store.nodes.create({ driver: 'd' });
    const group = await store.portgroups.create({ node_uuid: node.uuid, mode: '802.3ad', address: 'AA:BB:CC:00:00:01', name: 'bond0' });
    assert.deepEqual(group, {
      id: group.id,
      uuid: group.uuid,
      created_at: clock.now(),
      updated_at: null,
      node_uuid: node.uuid,
      address: 'aa:bb:cc:00:00:01',
      name: 'bond0',
      extra: {},
      internal_info: {},
      standalone_ports_supported: true,
      mode: '802.3ad',
      properties: {},
      physical_network: null,
      category: null,
      dynamic_portgroup: false,
    });
    assert.deepEqual(await store.portgroups.getByUuid(group.uuid), group);
    assert.deepEqual(await store.portgroups.getByName('bond0'), group);
    await clock.advance(10);
    const changed = await store.portgroups.update(group.uuid, { standalone_ports_supported: false, properties: { miimon: 1 }, name: null });
    assert.deepEqual(changed, {
      ...group,
      standalone_ports_supported: false,
      properties: { miimon: 1 },
      name: null,
      updated_at: clock.now(),
    });
    const port = await store.ports.create({ node_uuid: node.uuid, address: '00:00:00:00:00:01', portgroup_uuid: group.uuid });
    await assert.rejects(store.portgroups.delete(group.uuid), (error) => hasCode(error, 'INVALID_PARAMETER'));
    await store.ports.delete(port.uuid);
    await store.portgroups.delete(group.uuid);
    for (const attempt of [() => store.portgroups.delete(group.uuid), () => store.portgroups.update(group.uuid, { mode: 'x' })])
      await assert.rejects(attempt, (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'portgroups: unique values, references, filters, pages, and shards of nodes', async ({ store }) => {
    const one = await store.nodes.create({ driver: 'd', shard: 's', conductor_group: 'g' });
    const two = await store.nodes.create({ driver: 'd' });
    const first = await store.portgroups.create({ node_uuid: one.uuid, mode: 'm', address: '00:00:00:00:00:01', name: 'a' });
    const second = await store.portgroups.create({ node_uuid: two.uuid, mode: 'm' });
    const third = await store.portgroups.create({ node_uuid: two.uuid, mode: 'm' });
    const expectations: [() => Promise<unknown>, string][] = [
      [() => store.portgroups.create({ node_uuid: one.uuid, mode: 'm', name: 'a' }), 'name "a"'],
      [() => store.portgroups.create({ node_uuid: one.uuid, mode: 'm', uuid: first.uuid }), first.uuid],
      [() => store.portgroups.update(second.uuid, { address: '00:00:00:00:00:01' }), 'MAC address 00:00:00:00:00:01'],
    ];
    for (const [attempt, text] of expectations)
      await assert.rejects(attempt, (error: Error) => hasCode(error, 'DUPLICATE') && error.message.includes(text));
    await assert.rejects(store.portgroups.create({ node_uuid: ABSENT, mode: 'm' }), (error) => hasCode(error, 'NOT_FOUND'));
    const filters: [PortgroupFilter, string[]][] = [
      [{}, [first.uuid, second.uuid, third.uuid]],
      [{ nodeUuid: two.uuid }, [second.uuid, third.uuid]],
      [{ address: '00:00:00:00:00:01' }, [first.uuid]],
      [{ shards: ['s', 't'] }, [first.uuid]],
      [{ shards: [] }, []],
      [{ conductorGroups: [''] }, [second.uuid, third.uuid]],
    ];
    for (const [filter, expected] of filters) {
      const found = await store.portgroups.list(filter, { limit: 10 });
      assert.deepEqual(
        found.map((group) => group.uuid),
        expected,
        JSON.stringify(filter),
      );
    }
    const page = await store.portgroups.list({}, { limit: 2, marker: second.uuid, sortKey: 'name', sortDir: 'asc' });
    assert.deepEqual(
      page.map((group) => group.uuid),
      [third.uuid, first.uuid],
    );
    await assert.rejects(store.portgroups.list({}, { limit: 2, marker: ABSENT }), (error) => hasCode(error, 'NOT_FOUND'));
    await store.nodes.create({ driver: 'd', shard: 's' });
    await store.nodes.create({ driver: 'd', shard: 's' });
    assert.deepEqual(await store.nodes.shards(), [
      { name: 's', count: 3 },
      { name: null, count: 1 },
    ]);
    await store.nodes.delete(two.uuid, null);
    assert.equal((await store.portgroups.list({}, { limit: 10 })).length, 1);
  });
}

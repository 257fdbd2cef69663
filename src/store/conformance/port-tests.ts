import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import type { PortFilter } from '../store.ts';
import { type Bench, storeTest } from './bench.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';

export function portTests(bench: Bench): void {
  storeTest(bench, 'a port is created, found, changed and deleted', async ({ store, clock }) => {
    const node = await store.nodes.create({ driver: 'd' });
    const port = await store.ports.create({
      node_uuid: node.uuid,
      address: 'AA:BB:CC:00:00:01',
      name: 'eth0',
      local_link_connection: { switch_id: 's', port_id: 'p' },
      pxe_enabled: false,
    });
    assert.deepEqual(port, {
      id: port.id,
      uuid: port.uuid,
      created_at: clock.now(),
      updated_at: null,
      node_uuid: node.uuid,
      address: 'aa:bb:cc:00:00:01',
      name: 'eth0',
      description: null,
      extra: {},
      internal_info: {},
      local_link_connection: { switch_id: 's', port_id: 'p' },
      pxe_enabled: false,
      portgroup_uuid: null,
      physical_network: null,
      is_smartnic: false,
      vendor: null,
      category: null,
      available_for_dynamic_portgroup: true,
    });
    for (const found of [store.ports.getByUuid(port.uuid), store.ports.getByName('eth0'), store.ports.getByAddress('AA:bb:cc:00:00:01')])
      assert.deepEqual(await found, port);
    assert.deepEqual(await store.nodes.findByMacs(['ff:ff:ff:ff:ff:ff', 'AA:BB:CC:00:00:01']), [node]);
    assert.deepEqual(await store.nodes.findByMacs([]), []);
    await clock.advance(10);
    const changed = await store.ports.update(port.uuid, { internal_info: { vif: 'x' }, pxe_enabled: true, description: 'Spare' });
    assert.deepEqual(changed, {
      ...port,
      internal_info: { vif: 'x' },
      pxe_enabled: true,
      description: 'Spare',
      updated_at: clock.now(),
    });
    assert.deepEqual(await store.ports.ofNode(node.uuid), [changed]);
    await store.ports.delete(port.uuid);
    for (const attempt of [() => store.ports.delete(port.uuid), () => store.ports.update(port.uuid, { name: 'x' })])
      await assert.rejects(attempt, (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'what must be unique is refused by field and value', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    const first = await store.ports.create({ node_uuid: uuid, address: '00:00:00:00:00:01', name: 'a' });
    const second = await store.ports.create({ node_uuid: uuid, address: '00:00:00:00:00:02' });
    const expectations: [() => Promise<unknown>, string][] = [
      [() => store.ports.create({ node_uuid: uuid, address: '00:00:00:00:00:01' }), 'MAC address 00:00:00:00:00:01'],
      [() => store.ports.create({ node_uuid: uuid, address: '00:00:00:00:00:03', name: 'a' }), 'name "a"'],
      [() => store.ports.create({ node_uuid: uuid, address: '00:00:00:00:00:03', uuid: first.uuid }), first.uuid],
      [() => store.ports.update(second.uuid, { address: '00:00:00:00:00:01' }), 'MAC address 00:00:00:00:00:01'],
    ];
    for (const [attempt, text] of expectations)
      await assert.rejects(attempt, (error: Error) => hasCode(error, 'DUPLICATE') && error.message.includes(text));
    await assert.rejects(store.ports.create({ node_uuid: ABSENT, address: '00:00:00:00:00:09' }), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'filters', async ({ store }) => {
    const one = await store.nodes.create({ driver: 'd', owner: 'p1', shard: 's', conductor_group: 'g' });
    const two = await store.nodes.create({ driver: 'd', lessee: 'p1' });
    const three = await store.nodes.create({ driver: 'd' });
    const add = (node: string, last: string, more = {}) =>
      store.ports.create({ node_uuid: node, address: `00:00:00:00:00:0${last}`, ...more });
    await add(one.uuid, '1', { description: 'Uplink A' });
    await add(one.uuid, '2', { portgroup_uuid: ABSENT });
    await add(two.uuid, '3');
    await add(three.uuid, '4', { description: 'uplink b' });
    const expectations: [PortFilter, string][] = [
      [{}, '1234'],
      [{ nodeUuid: one.uuid }, '12'],
      [{ address: '00:00:00:00:00:03' }, '3'],
      [{ portgroupUuid: ABSENT }, '2'],
      [{ project: 'p1' }, '123'],
      [{ shards: ['s'] }, '12'],
      [{ shards: [] }, ''],
      [{ conductorGroups: ['g'] }, '12'],
      [{ conductorGroups: [''] }, '34'],
      [{ descriptionContains: 'UPLINK' }, '14'],
      [{ project: 'p1', descriptionContains: 'uplink' }, '1'],
    ];
    for (const [filter, last] of expectations) {
      const ports = await store.ports.list(filter, { limit: 100 });
      assert.equal(ports.map((port) => port.address.at(-1)).join(''), last, JSON.stringify(filter));
    }
  });
}

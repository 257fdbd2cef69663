import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import type { NewNodeHistory } from '../../model/history.ts';
import { type Bench, storeTest } from './bench.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';

export function recordTests(bench: Bench): void {
  storeTest(bench, 'chassis: created, listed, changed, kept while nodes are in it', async ({ store, clock }) => {
    const chassis = await store.chassis.create({ description: 'rack 1', extra: { row: 4 } });
    assert.deepEqual(chassis, {
      id: chassis.id,
      uuid: chassis.uuid,
      created_at: clock.now(),
      updated_at: null,
      description: 'rack 1',
      extra: { row: 4 },
    });
    await assert.rejects(store.chassis.create({ uuid: chassis.uuid }), (error) => hasCode(error, 'DUPLICATE'));
    const changed = await store.chassis.update(chassis.uuid, { description: null });
    assert.deepEqual([changed.description, changed.extra, changed.updated_at], [null, { row: 4 }, clock.now()]);
    assert.deepEqual(await store.chassis.list({ limit: 5 }), [changed]);
    const node = await store.nodes.create({ driver: 'd', chassis_uuid: chassis.uuid });
    await assert.rejects(store.chassis.delete(chassis.uuid), (error) => hasCode(error, 'INVALID_PARAMETER'));
    await store.nodes.delete(node.uuid, null);
    await store.chassis.delete(chassis.uuid);
    assert.equal(await store.chassis.getByUuid(chassis.uuid), undefined);
    await assert.rejects(store.chassis.delete(chassis.uuid), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'conductors: registered anew, heartbeat, offline, deleted', async ({ store, clock }) => {
    const values = { hostname: 'h1', conductor_group: 'g', drivers: ['ipmi', 'redfish'], rpc_url: null };
    const first = await store.conductors.register(values);
    assert.deepEqual(first, { ...values, id: first.id, created_at: clock.now(), updated_at: clock.now(), online: true });
    await store.conductors.setOffline('h1');
    assert.equal((await store.conductors.get('h1'))?.online, false);
    await clock.advance(1000);
    const again = await store.conductors.register({ ...values, drivers: ['redfish'], rpc_url: 'http://127.0.0.1:1' });
    assert.deepEqual([again.id, again.created_at, again.online, again.drivers], [first.id, first.created_at, true, ['redfish']]);
    await clock.advance(1000);
    assert.equal(await store.conductors.touch('h1'), true);
    assert.equal((await store.conductors.get('h1'))?.updated_at, clock.now());
    assert.equal(await store.conductors.touch('h2'), false);
    await store.conductors.register({ ...values, hostname: 'h2' });
    assert.deepEqual(
      (await store.conductors.list({ limit: 5, marker: 'h1' })).map((each) => each.hostname),
      ['h2'],
    );
    assert.equal((await store.conductors.list()).length, 2);
    await store.conductors.delete('h1');
    await assert.rejects(store.conductors.delete('h1'), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'history: kept per node, pruned by number and age', async ({ store, clock }) => {
    const node = await store.nodes.create({ driver: 'd' });
    const other = await store.nodes.create({ driver: 'd' });
    const row = (node_uuid: string, event: string): NewNodeHistory => ({
      node_uuid,
      event,
      event_type: 'provisioning',
      severity: 'ERROR',
      conductor: 'h',
      user: 'u',
      project: null,
      state: 'cleaning',
      target_provision_state: 'available',
      duration_seconds: 7,
    });
    for (let i = 0; i < 6; i++) {
      await store.history.add(row(node.uuid, `e${i}`));
      await clock.advance(1000);
    }
    const lone = await store.history.add(row(other.uuid, 'other'));
    assert.deepEqual(await store.history.get(other.uuid, lone.uuid), lone);
    assert.equal(await store.history.get(node.uuid, lone.uuid), undefined, 'a row belongs to its node');
    const names = async () =>
      (await store.history.list(node.uuid, { limit: 100, sortKey: 'created_at' })).map((each) => each.event).join(' ');
    assert.equal(await names(), 'e0 e1 e2 e3 e4 e5');
    assert.equal(await store.history.prune(2, clock.now(), 1), 1);
    assert.equal(await names(), 'e1 e2 e3 e4 e5');
    assert.equal(await store.history.prune(2, clock.now() - 4000, 100), 1, 'only what is old enough');
    assert.equal(await store.history.prune(2, clock.now(), 100), 2);
    assert.equal(await names(), 'e4 e5');
    assert.equal((await store.history.list(other.uuid, { limit: 5 })).length, 1);
    await assert.rejects(store.history.add(row(ABSENT, 'x')), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'inventory is stored once a node and replaced', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    assert.equal(await store.inventory.get(uuid), undefined);
    await store.inventory.set(uuid, { inventory: { cpu: 1 }, plugin_data: {} });
    await store.inventory.set(uuid, { inventory: { cpu: 2 }, plugin_data: { a: [null] } });
    assert.deepEqual(await store.inventory.get(uuid), { inventory: { cpu: 2 }, plugin_data: { a: [null] } });
    await assert.rejects(store.inventory.set(ABSENT, { inventory: {}, plugin_data: {} }), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(bench, 'a step is spent once, whoever asks at the same time', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.spentSteps.spend(uuid, 'request', 'erase')));
    assert.equal(answers.filter(Boolean).length, 1);
    assert.equal(await store.spentSteps.isSpent(uuid, 'request', 'erase'), true);
    assert.equal(await store.spentSteps.isSpent(uuid, 'other', 'erase'), false);
    await store.spentSteps.forget(uuid);
    assert.equal(await store.spentSteps.spend(uuid, 'request', 'erase'), true);
  });
}

import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import { newNodeDefaults } from '../../model/node.ts';
import type { NodeFilter } from '../store.ts';
import { type Bench, storeTest } from './bench.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';

export function nodeTests(bench: Bench): void {
  storeTest(bench, 'a node comes back as it was created, with defaults for the rest', async ({ store, clock }) => {
    const given = {
      driver: 'redfish',
      name: 'r1-1',
      driver_info: { redfish_address: 'https://bmc', redfish_password: 'p' },
      properties: { cpus: 4, nested: [1, { a: null }] },
      automated_clean: false,
      secure_boot: true,
      maintenance: true,
      description: 'Größe "1"',
      traits: ['CUSTOM_B', 'CUSTOM_A', 'CUSTOM_B'],
      boot_interface: 'redfish-virtual-media',
    };
    const made = await store.nodes.create(given);
    const expected = {
      ...newNodeDefaults(),
      ...given,
      traits: ['CUSTOM_A', 'CUSTOM_B'],
      id: made.id,
      uuid: made.uuid,
      created_at: clock.now(),
      updated_at: null,
      reservation: null,
      lease_token: 0,
      lease_expires_at: null,
      lease_purpose: null,
      lease_since: null,
    };
    assert.deepEqual(made, expected);
    assert.deepEqual(await store.nodes.getByUuid(made.uuid), expected);
    assert.deepEqual(await store.nodes.getByName('r1-1'), expected);
    assert.equal(await store.nodes.getByUuid(ABSENT), undefined);
    assert.match(made.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  storeTest(bench, 'what must be unique is refused by field and value', async ({ store }) => {
    const first = await store.nodes.create({ driver: 'd', name: 'one', instance_uuid: ABSENT });
    const second = await store.nodes.create({ driver: 'd', name: 'two' });
    const expectations: [() => Promise<unknown>, 'DUPLICATE' | 'INSTANCE_ASSOCIATED', string][] = [
      [() => store.nodes.create({ driver: 'd', name: 'one' }), 'DUPLICATE', 'name "one"'],
      [() => store.nodes.create({ driver: 'd', uuid: first.uuid }), 'DUPLICATE', first.uuid],
      [() => store.nodes.create({ driver: 'd', instance_uuid: ABSENT }), 'INSTANCE_ASSOCIATED', ABSENT],
      [() => store.nodes.mutate(second.uuid, null, () => ({ name: 'one' })), 'DUPLICATE', 'name "one"'],
      [() => store.nodes.mutate(second.uuid, null, () => ({ instance_uuid: ABSENT })), 'INSTANCE_ASSOCIATED', ABSENT],
    ];
    for (const [attempt, code, text] of expectations)
      await assert.rejects(attempt, (error: Error) => hasCode(error, code) && error.message.includes(text));
    assert.deepEqual(await store.nodes.getByUuid(second.uuid), second, 'a refused change writes nothing');
    await assert.rejects(store.nodes.create({ driver: 'd', chassis_uuid: ABSENT }), (error) => hasCode(error, 'INVALID_PARAMETER'));
  });

  storeTest(bench, 'mutate reads, changes and writes; null writes nothing', async ({ store, clock }) => {
    const { uuid } = await store.nodes.create({ driver: 'd', extra: { a: 1 } });
    await clock.advance(5000);
    const changed = await store.nodes.mutate(uuid, null, (node) => ({ extra: { ...node.extra, b: 2 }, power_state: 'power on' }));
    assert.deepEqual(changed.extra, { a: 1, b: 2 });
    assert.equal(changed.updated_at, clock.now());
    assert.deepEqual(await store.nodes.getByUuid(uuid), changed);
    await clock.advance(5000);
    assert.deepEqual(await store.nodes.mutate(uuid, null, () => null), changed);
    assert.deepEqual(await store.nodes.getByUuid(uuid), changed);
    await assert.rejects(
      store.nodes.mutate(ABSENT, null, () => ({ name: 'x' })),
      (error) => hasCode(error, 'NOT_FOUND'),
    );
    const refused = new Error('no');
    const refuse = (): never => {
      throw refused;
    };
    await assert.rejects(store.nodes.mutate(uuid, null, refuse), refused);
  });

  storeTest(bench, 'concurrent changes of one node are applied one after the other', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd', extra: { count: 0 } });
    const increments = Array.from({ length: 40 }, () =>
      store.nodes.mutate(uuid, null, (node) => ({ extra: { count: Number(node.extra.count) + 1 } })),
    );
    await Promise.all(increments);
    assert.deepEqual((await store.nodes.getByUuid(uuid))?.extra, { count: 40 });
  });

  storeTest(bench, 'lists carry documents as stored text, with secrets masked; single nodes do not', async ({ store }) => {
    const node = await store.nodes.create({
      driver: 'd',
      driver_info: { ipmi_password: 'hunter2', snmp_auth_key: 'k', user: 'u' },
      driver_internal_info: { agent_secret_token: 't', n: 1 },
      instance_info: { configdrive: 'data', image_source: 'http://i' },
      extra: { password: 'not a secret place' },
      traits: ['HW_CPU_X86_VMX'],
      console_enabled: true,
      secure_boot: null,
    });
    const [row] = await store.nodes.list({}, { limit: 10 });
    assert.ok(row);
    assert.equal(row.driver_info, '{"ipmi_password":"******","snmp_auth_key":"******","user":"u"}');
    assert.equal(row.driver_internal_info, '{"agent_secret_token":"******","n":1}');
    assert.equal(row.instance_info, '{"configdrive":"******","image_source":"http://i"}');
    assert.equal(row.extra, '{"password":"not a secret place"}');
    assert.equal(row.traits, '["HW_CPU_X86_VMX"]');
    assert.deepEqual([row.console_enabled, row.maintenance, row.secure_boot], [true, false, null]);
    assert.equal((await store.nodes.getByUuid(node.uuid))?.driver_info.ipmi_password, 'hunter2');
    await store.nodes.mutate(node.uuid, null, () => ({ driver_info: { user: 'u' } }));
    assert.equal((await store.nodes.list({}, { limit: 10 }, ['driver_info']))[0]?.driver_info, '{"user":"u"}');
  });

  storeTest(bench, 'a list is one statement and reads only what was asked for', async ({ store }) => {
    const nodes = [];
    for (let i = 0; i < 30; i++) nodes.push(await store.nodes.create({ driver: 'd', name: `n${i}`, traits: [`CUSTOM_${i}`] }));
    const before = store.statements;
    const rows = await store.nodes.list({ driver: 'd' }, { limit: 20, marker: nodes[0]?.uuid ?? '', sortKey: 'name' }, ['name', 'traits']);
    assert.equal(store.statements - before, 1);
    assert.equal(rows.length, 20);
    for (const row of rows) assert.deepEqual(Object.keys(row).sort(), ['name', 'traits', 'uuid']);
  });

  storeTest(bench, 'filters', async ({ store }) => {
    const chassis = await store.chassis.create({});
    const held = await store.nodes.create({ driver: 'x', name: 'held' });
    await store.nodes.acquireLease(held.uuid, { holder: 'h', purpose: 'p', ttlMs: 1000 });
    const parent = await store.nodes.create({ driver: 'x', name: 'parent', chassis_uuid: chassis.uuid, conductor_group: 'g' });
    await store.nodes.create({ driver: 'x', name: 'child', parent_node: parent.uuid, description: '100% Ärger_hier' });
    await store.nodes.create({ driver: 'x', name: 'busy', instance_uuid: ABSENT, instance_name: 'web', provision_state: 'active' });
    await store.nodes.create({
      driver: 'y',
      name: 'own',
      owner: 'p1',
      resource_class: 'large',
      shard: 'S1',
      description: '1000 ärger-hier',
    });
    await store.nodes.create({ driver: 'y', name: 'let', lessee: 'p1', owner: 'p2', shard: 's2', traits: ['CUSTOM_A', 'CUSTOM_AB'] });
    await store.nodes.create({ driver: 'y', name: 'bad', maintenance: true, fault: 'power failure', traits: ['CUSTOM_AB', 'CUSTOMXA'] });
    await store.nodes.create({ driver: 'y', name: 'old', retired: true, provision_updated_at: 500, inspection_started_at: 500 });
    const expectations: [NodeFilter, string][] = [
      [{}, 'bad busy child held let old own parent'],
      [{ driver: 'y' }, 'bad let old own'],
      [{ driver: 'x', associated: true }, 'busy'],
      [{ driver: 'x', associated: false }, 'child held parent'],
      [{ instanceUuid: ABSENT }, 'busy'],
      [{ instanceName: 'web' }, 'busy'],
      [{ provisionState: 'active' }, 'busy'],
      [{ provisionStates: ['active', 'available'] }, 'busy'],
      [{ provisionStates: [] }, ''],
      [{ maintenance: true }, 'bad'],
      [{ maintenance: false, driver: 'y' }, 'let old own'],
      [{ retired: true }, 'old'],
      [{ retired: false, driver: 'y' }, 'bad let own'],
      [{ fault: 'power failure' }, 'bad'],
      [{ owner: 'p1' }, 'own'],
      [{ lessee: 'p1' }, 'let'],
      [{ project: 'p1' }, 'let own'],
      [{ resourceClass: 'large' }, 'own'],
      [{ conductorGroup: 'g' }, 'parent'],
      [{ conductorGroup: '', driver: 'x' }, 'busy child held'],
      [{ chassisUuid: chassis.uuid }, 'parent'],
      [{ shards: ['S1', 's2'] }, 'let own'],
      [{ shards: ['s1'] }, ''],
      [{ sharded: true }, 'let own'],
      [{ sharded: false, driver: 'y' }, 'bad old'],
      [{ parentNode: parent.uuid }, 'child'],
      [{ includeChildren: false, driver: 'x' }, 'busy held parent'],
      [{ includeChildren: true, driver: 'x' }, 'busy child held parent'],
      [{ descriptionContains: 'ÄRGER' }, 'child own'],
      [{ descriptionContains: '100%' }, 'child'],
      [{ descriptionContains: 'r_h' }, 'child'],
      [{ reserved: true }, 'held'],
      [{ reserved: false, driver: 'x' }, 'busy child parent'],
      [{ traits: ['CUSTOM_AB'] }, 'bad let'],
      [{ traits: ['CUSTOM_AB', 'CUSTOM_A'] }, 'let'],
      [{ uuids: [held.uuid, parent.uuid, ABSENT] }, 'held parent'],
      [{ uuids: [] }, ''],
      [{ provisionUpdatedBefore: 501 }, 'old'],
      [{ provisionUpdatedBefore: 500 }, ''],
      [{ inspectionStartedBefore: 501 }, 'old'],
    ];
    for (const [filter, names] of expectations) {
      const rows = await store.nodes.list(filter, { limit: 100, sortKey: 'name' }, ['name']);
      assert.equal(rows.map((row) => row.name).join(' '), names, JSON.stringify(filter));
      const scanned = await store.nodes.scan(filter);
      assert.equal(
        scanned
          .map((node) => node.name)
          .sort()
          .join(' '),
        names,
        `scan ${JSON.stringify(filter)}`,
      );
    }
  });

  storeTest(bench, 'scan has the longest unchanged first; placements and counts', async ({ store }) => {
    for (const [name, at] of [
      ['c', 300],
      ['a', null],
      ['b', 100],
    ] as const)
      await store.nodes.create({ driver: 'd', name, provision_updated_at: at, provision_state: 'cleaning', conductor_group: `g-${name}` });
    assert.deepEqual(
      (await store.nodes.scan({})).map((node) => node.name),
      ['a', 'b', 'c'],
    );
    assert.equal((await store.nodes.scan({}, 2)).length, 2);
    const places = await store.nodes.placements();
    assert.deepEqual(
      places.map((place) => `${place.conductor_group} ${place.driver}`),
      ['g-c d', 'g-a d', 'g-b d'],
    );
    assert.equal(await store.nodes.countInStates(['cleaning', 'deleting']), 3);
    assert.equal(await store.nodes.countInStates(['cleaning'], 'g-a'), 1);
    assert.equal(await store.nodes.countInStates([]), 0);
  });

  storeTest(bench, 'deleting a node takes along what belongs to it', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd', name: 'gone' });
    await store.ports.create({ node_uuid: uuid, address: '00:00:00:00:00:01' });
    await store.inventory.set(uuid, { inventory: {}, plugin_data: {} });
    await store.spentSteps.spend(uuid, 'r', 's');
    await store.nodes.delete(uuid, null);
    assert.equal(await store.nodes.getByUuid(uuid), undefined);
    assert.equal(await store.ports.getByAddress('00:00:00:00:00:01'), undefined);
    assert.equal(await store.inventory.get(uuid), undefined);
    await assert.rejects(store.nodes.delete(uuid, null), (error) => hasCode(error, 'NOT_FOUND'));
    const next = await store.nodes.create({ driver: 'd', name: 'gone' });
    assert.ok(next.id > 1, 'row numbers are not used again');
  });

  storeTest(bench, 'traits are replaced as a whole', async ({ store }) => {
    const { uuid } = await store.nodes.create({ driver: 'd' });
    await store.nodes.setTraits(uuid, null, ['CUSTOM_Z', 'CUSTOM_A', 'CUSTOM_Z']);
    assert.deepEqual((await store.nodes.getByUuid(uuid))?.traits, ['CUSTOM_A', 'CUSTOM_Z']);
    await store.nodes.setTraits(uuid, null, []);
    assert.deepEqual((await store.nodes.getByUuid(uuid))?.traits, []);
  });
}

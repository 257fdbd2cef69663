import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus } from './testing/api-fixture.ts';
import { FAKE_DRIVER, FAKE_HOST } from './testing/fake-conductor.ts';

const UUID = '31111111-2222-4333-8444-555555555555';
const MAC = '52:54:00:aa:bb:cc';

test('a new port', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1' });
  const post = (body: object, minor = 112): Promise<Answer> => api.call('POST', '/v1/ports', { body, minor });
  const made = await post({ node_uuid: node.uuid, address: MAC.toUpperCase() }, 1);
  expectStatus(made, 201);
  assert.equal(made.body.address, MAC);
  assert.equal(made.headers.location, `http://api.test/v1/ports/${made.body.uuid}`);
  expectStatus(await post({ node_uuid: node.uuid, address: MAC }), 409);
  const address = '52:54:00:00:00:02';
  for (const body of [
    { node_uuid: node.uuid, address: '52-54-00-00-00-02' },
    { node_uuid: node.uuid, address: '525400000002' },
    { node_uuid: node.uuid },
    { address },
    { node_uuid: UUID, address },
    { node_uuid: 'n1', address },
    { node_uuid: node.uuid, node_ident: 'n1', address },
    { node_ident: 'nobody', address },
    { node_uuid: node.uuid, address, physical_network: '' },
    { node_uuid: node.uuid, address, portgroup_uuid: UUID },
    { node_uuid: node.uuid, address, available_for_dynamic_portgroup: 'true' },
    { node_uuid: node.uuid, address, local_link_connection: { port_id: 'x' } },
    { node_uuid: node.uuid, address, local_link_connection: { port_id: 'x', switch_id: 'zz' } },
    { node_uuid: node.uuid, address, local_link_connection: { port_id: 'x', switch_id: MAC, nope: 'x' } },
    { node_uuid: node.uuid, address, nope: 1 },
  ]) {
    expectStatus(await post(body), 400);
  }
  expectStatus(await post({ node_ident: 'n1', address }, 93), 406);
  const byName = await post({ node_ident: 'n1', address, pxe_enabled: null }, 94);
  expectStatus(byName, 201);
  assert.equal(byName.body.node_uuid, node.uuid);
  assert.equal(byName.body.pxe_enabled, true);
});

test('local link connections by version', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node();
  let next = 0;
  const post = (local_link_connection: object, minor: number): Promise<Answer> => {
    next++;
    const address = `52:54:00:00:01:${next.toString(16).padStart(2, '0')}`;
    return api.call('POST', '/v1/ports', { body: { node_uuid: node.uuid, address, local_link_connection }, minor });
  };
  const vtep = { port_id: 'x', 'vtep-logical-switch': 'a', 'vtep-physical-switch': 'b' };
  for (const [minor, status] of [
    [89, 406],
    [90, 201],
    [104, 201],
    [105, 406],
  ] as const) {
    expectStatus(await post(vtep, minor), status);
  }
  const stored = (await post(vtep, 100)).body;
  assert.deepEqual(stored.local_link_connection, vtep);
  assert.deepEqual((await api.get(`/v1/ports/${stored.uuid}`, 105)).body.local_link_connection, {});
  expectStatus(await post({ network_type: 'unmanaged' }, 63), 406);
  expectStatus(await post({ network_type: 'unmanaged' }, 64), 201);
  const switched = await post({ port_id: 'eth', switch_id: '0A:1B:2C:3D:4E:5F' }, 19);
  assert.equal(switched.body.local_link_connection.switch_id, '0a:1b:2c:3d:4e:5f');
  expectStatus(await post({}, 19), 201);
});

test('listing, reading, changing, deleting ports', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1', shard: 's1', conductor_group: 'rack-a' });
  const other = await api.node({ name: 'n2' });
  const port = await api.store.ports.create({ node_uuid: node.uuid, address: MAC, name: 'p1', description: 'Left Port' });
  await api.store.ports.create({ node_uuid: other.uuid, address: '52:54:00:00:00:02' });
  const count = async (query: string, minor = 112): Promise<number> => (await api.get(`/v1/ports?${query}`, minor)).body.ports.length;
  assert.equal(await count(''), 2);
  for (const query of [`node=${node.uuid}`, `node_uuid=${node.uuid}`, 'node=n1', `address=${MAC.toUpperCase()}`, 'shard=s1'])
    assert.equal(await count(query), 1, query);
  assert.equal(await count('description_contains=left'), 1);
  assert.equal(await count('conductor_groups=RACK-A'), 1);
  expectStatus(await api.get('/v1/ports?node=n1', 4), 406);
  expectStatus(await api.get('/v1/ports?node=nobody'), 404);
  expectStatus(await api.get(`/v1/ports?node=${UUID}`), 404);
  expectStatus(await api.get('/v1/ports?portgroup=x', 23), 406);
  expectStatus(await api.get('/v1/ports?portgroup=x'), 404);
  expectStatus(await api.get('/v1/ports?node=n1&shard=s1'), 403);
  expectStatus(await api.get('/v1/ports?conductor_groups=a&node=n1'), 400);
  expectStatus(await api.get('/v1/ports?address=zz'), 400);
  assert.equal((await api.get('/v1/nodes/n1/ports')).body.ports.length, 1);
  assert.equal((await api.get('/v1/nodes/n1/ports/detail')).body.ports[0].node_uuid, node.uuid);
  assert.match((await api.get('/v1/nodes/n1/ports?limit=1')).body.next, /^http:\/\/api\.test\/v1\/nodes\/n1\/ports\?limit=1&marker=/);
  expectStatus(await api.get('/v1/nodes/nobody/ports'), 404);

  expectStatus(await api.get('/v1/ports/p1', 88), 200);
  expectStatus(await api.get('/v1/ports/p1', 87), 400);
  const patch = (operations: object[], minor = 112): Promise<Answer> =>
    api.call('PATCH', `/v1/ports/${port.uuid}`, { body: operations, minor });
  assert.equal((await patch([{ op: 'replace', path: '/node_ident', value: 'n2' }])).body.node_uuid, other.uuid);
  assert.equal((await patch([{ op: 'remove', path: '/pxe_enabled' }])).body.pxe_enabled, true);
  expectStatus(await patch([{ op: 'remove', path: '/address' }]), 400);
  expectStatus(await patch([{ op: 'replace', path: '/node_uuid', value: UUID }]), 400);
  expectStatus(await patch([{ op: 'replace', path: '/address', value: '52:54:00:00:00:02' }]), 409);
  expectStatus(await patch([{ op: 'add', path: '/name', value: 'p2' }], 1), 200);
  expectStatus(await api.call('DELETE', '/v1/ports/p2'), 400);
  expectStatus(await api.call('DELETE', `/v1/ports/${port.uuid}`), 204);
  expectStatus(await api.call('DELETE', `/v1/ports/${port.uuid}`), 404);
});

test('chassis', async (t) => {
  const api = await apiFixture(t);
  const made = await api.call('POST', '/v1/chassis', { body: { description: 'rack', extra: { a: 1 } }, minor: 1 });
  expectStatus(made, 201);
  const path = `/v1/chassis/${made.body.uuid}`;
  assert.equal(made.headers.location, `http://api.test${path}`);
  assert.deepEqual(made.body.nodes, [
    { href: `http://api.test${path}/nodes`, rel: 'self' },
    { href: `http://api.test${path.slice(3)}/nodes`, rel: 'bookmark' },
  ]);
  expectStatus(await api.call('POST', '/v1/chassis', { body: { uuid: made.body.uuid } }), 409);
  expectStatus(await api.call('POST', '/v1/chassis', { body: { description: 'x'.repeat(256) } }), 400);
  const patch = (operation: object): Promise<Answer> => api.call('PATCH', path, { body: [operation] });
  assert.equal((await patch({ op: 'remove', path: '/description' })).body.description, null);
  expectStatus(await patch({ op: 'replace', path: '/uuid', value: made.body.uuid }), 200);
  expectStatus(await patch({ op: 'replace', path: '/uuid', value: UUID }), 400);
  expectStatus(await api.get('/v1/chassis/zz'), 400);
  expectStatus(await api.get('/v1/chassis/nodes'), 400);
  expectStatus(await api.get(`/v1/chassis/${UUID}`), 404);
  const node = await api.node({ chassis_uuid: made.body.uuid });
  expectStatus(await api.call('DELETE', path), 400);
  await api.store.nodes.delete(node.uuid, null);
  expectStatus(await api.call('DELETE', path), 204);
});

test('drivers', async (t) => {
  const api = await apiFixture(t);
  const { body } = await api.get('/v1/drivers', 1);
  assert.deepEqual(
    body.drivers.map((driver: { name: string; hosts: string[] }) => [driver.name, driver.hosts]),
    [[FAKE_DRIVER, [FAKE_HOST]]],
  );
  expectStatus(await api.get('/v1/drivers?type=classic', 29), 406);
  assert.deepEqual((await api.get('/v1/drivers?type=classic', 30)).body, { drivers: [] });
  expectStatus(await api.get('/v1/drivers?type=old'), 400);
  assert.equal((await api.get('/v1/drivers?detail=true', 30)).body.drivers[0].default_power_interface, 'fake');
  expectStatus(await api.get('/v1/drivers?detail=true', 29), 406);
  expectStatus(await api.get('/v1/drivers?fields=name', 76), 406);
  assert.deepEqual(Object.keys((await api.get('/v1/drivers?fields=name', 77)).body.drivers[0]), ['name', 'links']);
  expectStatus(await api.get('/v1/drivers?fields=default_firmware_interface', 85), 400);
  expectStatus(await api.get('/v1/drivers/nope'), 404);
  assert.deepEqual((await api.get(`/v1/drivers/${FAKE_DRIVER}/properties`)).body, { power_delay: 'Seconds that a change of power takes' });
  expectStatus(await api.get(`/v1/drivers/${FAKE_DRIVER}/raid/logical_disk_properties`, 11), 406);
  expectStatus(await api.get(`/v1/drivers/${FAKE_DRIVER}/raid/logical_disk_properties`, 12), 200);
  expectStatus(await api.call('PUT', `/v1/drivers/${FAKE_DRIVER}`, { body: {} }), 405);
});

test('conductors', async (t) => {
  const api = await apiFixture(t, { 'conductor.heartbeat_timeout': '60' });
  for (const hostname of ['b.example:80', 'a.example']) {
    await api.store.conductors.register({ hostname, conductor_group: '', drivers: ['z', 'a'], rpc_url: null });
  }
  expectStatus(await api.get('/v1/conductors', 48), 404);
  const hosts = async (query: string): Promise<string[]> =>
    (await api.get(`/v1/conductors?${query}`)).body.conductors.map((each: { hostname: string }) => each.hostname);
  assert.deepEqual(await hosts(''), ['b.example:80', 'a.example']);
  assert.deepEqual(await hosts('sort_key=hostname'), ['a.example', 'b.example:80']);
  assert.match((await api.get('/v1/conductors?limit=1')).body.next, /marker=b\.example%3A80$/);
  assert.deepEqual(await hosts('marker=b.example:80'), ['a.example']);
  const one = (await api.get('/v1/conductors/b.example:80')).body;
  assert.deepEqual([one.alive, one.drivers], [true, ['a', 'z']]);
  await api.clock.advance(61_000);
  assert.equal((await api.get('/v1/conductors/a.example')).body.alive, false);
  for (const key of ['alive', 'drivers']) expectStatus(await api.get(`/v1/conductors?sort_key=${key}`), 400);
  expectStatus(await api.get('/v1/conductors/nobody'), 404);
  expectStatus(await api.get('/v1/conductors?marker=nobody'), 404);
});

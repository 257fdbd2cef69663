import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus } from './testing/api-fixture.ts';

const UUID = '31111111-2222-4333-8444-555555555555';
const MAC = '52:54:00:aa:bb:cc';

test('a new portgroup', async (t) => {
  const api = await apiFixture(t, { 'DEFAULT.default_portgroup_mode': 'balance-rr' });
  const node = await api.node({ name: 'n1' });
  const post = (body: object, minor = 115): Promise<Answer> => api.call('POST', '/v1/portgroups', { body, minor });
  const made = await post({ node_uuid: node.uuid, address: MAC.toUpperCase(), name: 'bond0', standalone_ports_supported: 'false' });
  expectStatus(made, 201);
  assert.equal(made.headers.location, `http://api.test/v1/portgroups/${made.body.uuid}`);
  assert.equal(made.body.address, MAC);
  assert.equal(made.body.mode, 'balance-rr');
  assert.equal(made.body.standalone_ports_supported, false);
  assert.deepEqual(made.body.ports[0], { href: `http://api.test/v1/portgroups/${made.body.uuid}/ports`, rel: 'self' });
  expectStatus(await post({ node_uuid: node.uuid, address: MAC }), 409);
  expectStatus(await post({ node_uuid: node.uuid, name: 'bond0' }), 409);
  for (const body of [
    {},
    { node_uuid: UUID },
    { node_uuid: 'n1' },
    { node_uuid: node.uuid, address: 'zz' },
    { node_uuid: node.uuid, name: 'not a name' },
    { node_uuid: node.uuid, physical_network: 'x'.repeat(65) },
    { node_uuid: node.uuid, category: 'x'.repeat(81) },
    { node_uuid: node.uuid, internal_info: {} },
    { node_uuid: node.uuid, dynamic_portgroup: true },
    { node_uuid: node.uuid, nope: 1 },
  ]) {
    expectStatus(await post(body), 400);
  }
  expectStatus(await post({ node_uuid: node.uuid, mode: 'x' }, 25), 406);
  expectStatus(await post({ node_uuid: node.uuid, properties: { a: 1 } }, 25), 406);
  expectStatus(await post({ node_uuid: node.uuid }, 22), 404);
  const bare = await post({ node_uuid: node.uuid, address: null, mode: null, physical_network: 'net' }, 26);
  expectStatus(bare, 201);
  assert.equal(bare.body.mode, 'balance-rr');
  assert.equal((await api.get(`/v1/portgroups/${bare.body.uuid}`)).body.physical_network, 'net');
});

test('listing, reading, changing, deleting portgroups, and their ports', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1', shard: 's1', conductor_group: 'rack-a' });
  const other = await api.node({ name: 'n2' });
  const group = await api.store.portgroups.create({ node_uuid: node.uuid, mode: 'm', address: MAC, name: 'bond0' });
  await api.store.portgroups.create({ node_uuid: other.uuid, mode: 'm' });
  const port = await api.store.ports.create({ node_uuid: node.uuid, address: '52:54:00:00:00:01', portgroup_uuid: group.uuid });
  await api.store.ports.create({ node_uuid: node.uuid, address: '52:54:00:00:00:02' });
  for (const query of [`node=${node.uuid}`, 'node=n1', `address=${MAC}`, 'shard=s1', 'conductor_groups=RACK-A']) {
    const { body } = await api.get(`/v1/portgroups?${query}`);
    assert.deepEqual(
      body.portgroups.map((each: { uuid: string }) => each.uuid),
      [group.uuid],
      query,
    );
  }
  expectStatus(await api.get('/v1/portgroups?node=nobody'), 404);
  expectStatus(await api.get('/v1/portgroups?address=zz'), 400);
  expectStatus(await api.get('/v1/portgroups?shard=s1', 105), 406);
  expectStatus(await api.get(`/v1/portgroups?node=n1&address=${MAC}`), 400);
  expectStatus(await api.get('/v1/portgroups?fields=nope'), 400);
  for (const url of ['/v1/portgroups/bond0/ports', `/v1/portgroups/${group.uuid}/ports/detail`, '/v1/ports?portgroup=bond0']) {
    const { body } = await api.get(url);
    assert.deepEqual(
      body.ports.map((each: { uuid: string }) => each.uuid),
      [port.uuid],
      url,
    );
  }
  expectStatus(await api.get('/v1/portgroups/nobody/ports'), 404);
  expectStatus(await api.get('/v1/portgroups/bond0/ports', 23), 404);
  assert.equal((await api.get('/v1/nodes/n1/portgroups')).body.portgroups[0].name, 'bond0');
  assert.equal((await api.get('/v1/nodes/n1/portgroups/detail')).body.portgroups[0].node_uuid, node.uuid);
  expectStatus(await api.get('/v1/nodes/n1/portgroups', 23), 404);

  const patch = (operations: object[], minor = 115): Promise<Answer> =>
    api.call('PATCH', '/v1/portgroups/bond0', { body: operations, minor });
  expectStatus(await patch([{ op: 'remove', path: '/mode' }]), 400);
  expectStatus(await patch([{ op: 'replace', path: '/node_uuid', value: UUID }]), 400);
  expectStatus(await patch([{ op: 'replace', path: '/dynamic_portgroup', value: true }]), 400);
  expectStatus(await patch([{ op: 'add', path: '/mode', value: 'x' }], 25), 406);
  assert.equal(
    (await patch([{ op: 'replace', path: '/standalone_ports_supported', value: false }])).body.standalone_ports_supported,
    false,
  );
  assert.equal((await patch([{ op: 'remove', path: '/standalone_ports_supported' }])).body.standalone_ports_supported, true);
  expectStatus(await patch([{ op: 'add', path: '/physical_network', value: 'net' }], 23), 200);
  assert.equal((await patch([{ op: 'remove', path: '/physical_network' }])).body.physical_network, null);
  expectStatus(await api.call('DELETE', '/v1/portgroups/bond0'), 400);
  await api.store.ports.delete(port.uuid);
  expectStatus(await api.call('DELETE', '/v1/portgroups/bond0'), 204);
  expectStatus(await api.call('DELETE', '/v1/portgroups/bond0'), 404);
});

test('shards', async (t) => {
  const api = await apiFixture(t);
  await api.node({ shard: 'a' });
  await api.node();
  await api.node();
  assert.deepEqual((await api.get('/v1/shards')).body, {
    shards: [
      { name: 'None', count: 2 },
      { name: 'a', count: 1 },
    ],
  });
  expectStatus(await api.get('/v1/shards', 81), 404);
  expectStatus(await api.get('/v1/shards?limit=1'), 400);
  expectStatus(await api.get('/v1/shards/a'), 404);
});

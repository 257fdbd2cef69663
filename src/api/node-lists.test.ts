import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture, expectStatus, faultString } from './testing/api-fixture.ts';
import { FAKE_DRIVER, FAKE_HOST } from './testing/fake-conductor.ts';

const UUID = '31111111-2222-4333-8444-555555555555';

test('lists: paging keeps every filter and ends with an empty page', async (t) => {
  const api = await apiFixture(t);
  for (let i = 0; i < 5; i++) await api.node({ name: `n${i}`, resource_class: i === 2 ? 'other' : 'big' });
  const seen: string[] = [];
  let url = '/v1/nodes?resource_class=big&limit=2&fields=uuid,name&sort_key=name&sort_dir=desc';
  let pages = 0;
  for (;;) {
    const { body } = await api.get(url);
    pages++;
    seen.push(...body.nodes.map((node: { name: string }) => node.name));
    if (body.next === undefined) break;
    assert.match(body.next, /^http:\/\/api\.test\/v1\/nodes\?/);
    url = body.next.replace('http://api.test', '');
  }
  assert.deepEqual(seen, ['n4', 'n3', 'n1', 'n0']);
  assert.equal(pages, 3, 'a full last page has a next whose page is empty');
  expectStatus(await api.get(`/v1/nodes?marker=${UUID}`), 404);
  expectStatus(await api.get('/v1/nodes?marker=n1'), 400);
  expectStatus(await api.get('/v1/nodes?sort_key=owner', 49), 406);
  for (const key of ['extra', 'links', 'conductor', 'traits', 'chassis_uuid', 'nope'])
    expectStatus(await api.get(`/v1/nodes?sort_key=${key}`), 400);
});

test('lists: one query for a page, whatever its size and fields', async (t) => {
  const api = await apiFixture(t);
  for (let i = 0; i < 30; i++) await api.node({ name: `n${i}` });
  const statements = async (url: string): Promise<number> => {
    const before = api.store.statements;
    const { body } = await api.get(url);
    assert.ok(body.nodes.length >= 2);
    return api.store.statements - before;
  };
  for (const url of [
    '/v1/nodes',
    '/v1/nodes/detail',
    '/v1/nodes?fields=uuid,conductor,traits,allocation_uuid',
    '/v1/nodes/detail?limit=2',
  ]) {
    assert.equal(await statements(url), 1, url);
  }
  assert.equal(await statements(`/v1/nodes?conductor=${FAKE_HOST}&limit=2`), 2, 'placements, then the page');
});

test('lists: the size of a page is capped by configuration', async (t) => {
  const api = await apiFixture(t, { 'api.max_limit': '2' });
  for (let i = 0; i < 3; i++) await api.node();
  for (const url of ['/v1/nodes', '/v1/nodes?limit=100']) {
    const { body } = await api.get(url);
    assert.equal(body.nodes.length, 2);
    assert.match(body.next, /limit=2&marker=/);
  }
});

test('lists: filters and their versions', async (t) => {
  const api = await apiFixture(t);
  const chassis = (await api.store.chassis.create({})).uuid;
  const parent = await api.node({
    name: 'full',
    instance_uuid: UUID,
    instance_name: 'web',
    chassis_uuid: chassis,
    maintenance: true,
    retired: true,
    provision_state: 'active',
    resource_class: 'big',
    fault: 'power failure',
    conductor_group: 'rack-a',
    owner: 'me',
    lessee: 'you',
    shard: 'Shard-1',
    description: 'The Big One',
  });
  await api.node({ name: 'bare' });
  await api.node({ name: 'child', parent_node: parent.uuid });
  const names = async (query: string, minor?: number): Promise<string[]> =>
    (await api.get(`/v1/nodes?${query}`, minor)).body.nodes.map((node: { name: string }) => node.name);
  const gates: [string, number][] = [
    [`instance_uuid=${UUID}`, 1],
    [`chassis_uuid=${chassis}`, 1],
    ['associated=true', 1],
    ['maintenance=True', 1],
    ['retired=1', 1],
    ['project=you', 1],
    ['description_contains=big', 1],
    ['provision_state=active', 9],
    ['resource_class=big', 21],
    ['fault=power%20failure', 42],
    ['conductor_group=RACK-A', 46],
    ['owner=me', 50],
    ['lessee=you', 65],
    ['shard=Shard-1,other', 82],
    ['sharded=true', 82],
    ['instance_name=web', 104],
  ];
  for (const [query, since] of gates) {
    assert.deepEqual(await names(query, Math.max(5, since)), ['full'], query);
    if (since > 1) expectStatus(await api.get(`/v1/nodes?${query}`, since - 1), 406);
  }
  assert.deepEqual(await names('associated=false'), ['bare']);
  assert.deepEqual(await names(''), ['full', 'bare'], 'children are hidden');
  assert.deepEqual(await names('include_children=true'), ['full', 'bare', 'child']);
  assert.deepEqual(await names(`parent_node=${parent.uuid}`), ['child']);
  assert.deepEqual(await names('conductor_group='), ['bare']);
  assert.deepEqual(await names('conductor=nobody'), []);
  assert.deepEqual(await names(`driver=${FAKE_DRIVER}&maintenance=false`), ['bare']);
  expectStatus(await api.get('/v1/nodes?include_children=true', 82), 406);
  expectStatus(await api.get('/v1/nodes?driver=x', 15), 406);
  expectStatus(await api.get('/v1/nodes?conductor=x', 48), 406);
  expectStatus(await api.get('/v1/nodes?provision_state=bogus'), 400);
  expectStatus(await api.get('/v1/nodes?fault=bogus'), 400);
  expectStatus(await api.get('/v1/nodes?health=OK'), 400);
  expectStatus(await api.get(`/v1/nodes?chassis_uuid=${UUID}`), 404);
  const none = await api.get('/v1/nodes?instance_uuid=91111111-2222-4333-8444-555555555555&limit=1');
  assert.deepEqual(none.body, { nodes: [] });
  assert.equal((await api.get(`/v1/nodes?instance_uuid=${UUID}&limit=1`)).body.next, undefined);
  assert.deepEqual((await api.get(`/v1/chassis/${chassis}/nodes`)).body.nodes.length, 1);
  assert.match((await api.get(`/v1/chassis/${chassis}/nodes?limit=1`)).body.next, /\/v1\/chassis\/[^/]+\/nodes\?limit=1&marker=/);
});

test('idents: names from 1.5, by the form of the version', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  await api.node({ name: 'Odd_~' });
  expectStatus(await api.get('/v1/nodes/n1', 4), 404);
  expectStatus(await api.get('/v1/nodes/n1', 5), 200);
  const odd = await api.get('/v1/nodes/Odd_~', 9);
  expectStatus(odd, 400);
  faultString(odd);
  expectStatus(await api.get('/v1/nodes/Odd_~', 10), 200);
  expectStatus(await api.get('/v1/nodes/a%20b'), 400);
  expectStatus(await api.get(`/v1/nodes/${UUID}`), 404);
});

test('states as versions know them', async (t) => {
  const api = await apiFixture(t);
  await api.node({ uuid: UUID, provision_state: 'inspect wait' });
  const state = async (minor: number): Promise<string[]> => [
    (await api.get(`/v1/nodes/${UUID}`, minor)).body.provision_state,
    (await api.get(`/v1/nodes/${UUID}/states`, minor)).body.provision_state,
    (await api.get('/v1/nodes', minor)).body.nodes[0].provision_state,
  ];
  assert.deepEqual(await state(38), ['inspecting', 'inspecting', 'inspecting']);
  assert.deepEqual(await state(39), ['inspect wait', 'inspect wait', 'inspect wait']);
  const keys = Object.keys((await api.get(`/v1/nodes/${UUID}/states`, 1)).body).sort();
  assert.deepEqual(keys, [
    'console_enabled',
    'last_error',
    'power_state',
    'provision_state',
    'provision_updated_at',
    'target_power_state',
    'target_provision_state',
  ]);
  assert.equal(Object.keys((await api.get(`/v1/nodes/${UUID}/states`)).body).length, 11);
});

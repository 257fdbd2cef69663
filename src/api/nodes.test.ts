import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture, expectStatus, faultString } from './testing/api-fixture.ts';
import { FAKE_DRIVER, FAKE_HOST } from './testing/fake-conductor.ts';

const UUID = '31111111-2222-4333-8444-555555555555';

test('a new node: place, first state by version, defaults', async (t) => {
  const api = await apiFixture(t);
  const made = await api.call('POST', '/v1/nodes', { body: { driver: FAKE_DRIVER, name: 'n1', uuid: UUID } });
  expectStatus(made, 201);
  assert.equal(made.headers.location, `http://api.test/v1/nodes/${UUID}`);
  assert.equal(made.body.provision_state, 'enroll');
  assert.equal(made.body.power_state, null);
  assert.equal(made.body.conductor, FAKE_HOST);
  assert.deepEqual(made.body, (await api.get('/v1/nodes/n1')).body);
  const old = await api.call('POST', '/v1/nodes', { body: { driver: FAKE_DRIVER }, minor: 10 });
  assert.equal(old.body.provision_state, 'available');
  const oldest = await api.call('POST', '/v1/nodes', { body: { driver: FAKE_DRIVER }, minor: 1 });
  assert.equal(oldest.body.provision_state, null);
});

test('a new node: what is refused', async (t) => {
  const api = await apiFixture(t);
  await api.node({ uuid: UUID, name: 'taken', instance_uuid: UUID });
  const status = async (body: object, minor = 112): Promise<number> =>
    (await api.call('POST', '/v1/nodes', { body: { driver: FAKE_DRIVER, ...body }, minor })).status;
  for (const body of [
    { driver: undefined },
    { driver: 7 },
    { driver: 'nope' },
    { name: 'detail' },
    { name: UUID },
    { name: '' },
    { name: 'a b' },
    { traits: ['CUSTOM_A'] },
    { nope: 1 },
    { uuid: 'x' },
    { chassis_uuid: UUID },
    { parent_node: 'nobody' },
    { conductor_group: 'a b' },
    { properties: { memory_mb: 'many' } },
    { properties: { local_gb: -1 } },
    { resource_class: 'x'.repeat(81) },
    { description: 'x'.repeat(4097) },
    { instance_name: '' },
    { network_data: { links: [] } },
    { maintenance: 'perhaps' },
    { owner: 7 },
  ]) {
    assert.equal(await status(body), 400, JSON.stringify(body).slice(0, 80));
  }
  for (const body of [{ uuid: UUID }, { name: 'taken' }, { instance_uuid: UUID }])
    assert.equal(await status(body), 409, JSON.stringify(body));
  assert.equal(await status({ name: 'Abc_~.x' }, 9), 400);
  assert.equal(await status({ name: 'Abc_~.x' }, 10), 201);
  assert.equal(await status({ resource_class: 'x'.repeat(81) }, 1), 400, 'types before versions');
  expectStatus(await api.call('POST', '/v1/nodes', { body: [] }), 400);
});

test('a new node: nulls of newer fields, digits, booleans as words, groups in lower case', async (t) => {
  const api = await apiFixture(t);
  const old = await api.call('POST', '/v1/nodes', {
    body: { driver: FAKE_DRIVER, resource_class: null, owner: null, conductor_group: '', properties: null },
    minor: 11,
  });
  expectStatus(old, 201);
  assert.deepEqual(old.body.properties, {});
  const made = await api.call('POST', '/v1/nodes', {
    body: {
      driver: FAKE_DRIVER,
      conductor_group: 'Rack-A',
      maintenance: 'True',
      properties: { memory_mb: '2048', local_gb: 10 },
      owner: 'me',
    },
  });
  expectStatus(made, 201);
  assert.equal(made.body.conductor_group, 'rack-a');
  assert.equal(made.body.maintenance, true);
  assert.deepEqual(made.body.properties, { memory_mb: '2048', local_gb: 10 });
});

test('secrets are masked in every answer and stored in clear', async (t) => {
  const api = await apiFixture(t);
  const driver_info = { redfish_address: 'https://bmc', redfish_password: 'hunter2', nested: { auth_token: 'x', plain: 1 } };
  const made = await api.call('POST', '/v1/nodes', {
    body: { driver: FAKE_DRIVER, name: 'n1', driver_info, instance_info: { image_url: 'u' } },
  });
  const shown = { redfish_address: 'https://bmc', redfish_password: '******', nested: { auth_token: '******', plain: 1 } };
  assert.deepEqual(made.body.driver_info, shown);
  const patch = [{ op: 'add', path: '/driver_info/x', value: 1 }];
  assert.deepEqual((await api.call('PATCH', '/v1/nodes/n1', { body: patch })).body.driver_info, { ...shown, x: 1 });
  assert.deepEqual((await api.get('/v1/nodes/n1')).body.driver_info, { ...shown, x: 1 });
  const [listed] = (await api.get('/v1/nodes/detail')).body.nodes;
  assert.deepEqual(listed.driver_info, { ...shown, x: 1 });
  assert.deepEqual(listed.instance_info, { image_url: '******' });
  assert.deepEqual((await api.store.nodes.getByName('n1'))?.driver_info, { ...driver_info, x: 1 });
});

test('what was stored comes back exactly, whatever its keys', async (t) => {
  const api = await apiFixture(t);
  const extra = JSON.parse('{"__proto__":{"a":1},"constructor":"x","ü":"\\u2028\\u0000","n":[1.5,-0.25,1e21,null,true,{}],"":""}');
  const made = await api.call('POST', '/v1/nodes', { body: { driver: FAKE_DRIVER, name: 'n1', extra } });
  expectStatus(made, 201);
  for (const body of [made.body, (await api.get('/v1/nodes/n1')).body, (await api.get('/v1/nodes/detail')).body.nodes[0]]) {
    assert.equal(JSON.stringify(body.extra), JSON.stringify(extra));
  }
});

test('patches: members, roots, refusals', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', extra: { a: 1 } });
  const patch = (operations: unknown, minor?: number) =>
    api.call('PATCH', '/v1/nodes/n1', { body: operations, ...(minor === undefined ? {} : { minor }) });
  const one = (op: string, path: string, value?: unknown, minor?: number) =>
    patch([value === undefined ? { op, path } : { op, path, value }], minor);
  expectStatus(await one('add', '/extra/foo', 'x'), 200);
  expectStatus(await one('replace', '/extra/foo', 'y'), 200);
  expectStatus(await one('remove', '/extra/foo'), 200);
  expectStatus(await one('remove', '/extra/foo'), 400);
  assert.deepEqual((await one('remove', '/extra')).body.extra, {});
  for (const path of ['/uuid', '/provision_state', '/traits', '/boot_mode', '/links', '/nope', 'extra', '/extra/', '/extra/a b', '/']) {
    expectStatus(await one('add', path, {}), 400);
  }
  expectStatus(await one('test', '/extra', {}), 400);
  expectStatus(await patch([{ op: 'add', path: '/extra/a' }]), 400);
  expectStatus(await patch([{ op: 'add', path: '/extra/a', value: 1, other: 1 }]), 400);
  expectStatus(await patch({}), 400);
  expectStatus(await api.call('PATCH', '/v1/nodes/n1'), 400);
  const before = (await api.get('/v1/nodes/n1')).body.updated_at;
  const nothing = await patch([]);
  expectStatus(nothing, 200);
  assert.equal(nothing.body.updated_at, before);
  expectStatus(await one('replace', '/name', null), 400);
  assert.equal((await api.call('PATCH', '/v1/nodes/n1', { body: [{ op: 'remove', path: '/name' }] })).body.name, null);
});

test('patches: values for what cannot be null', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', automated_clean: true, conductor_group: 'a', maintenance: true, driver_info: { a: 1 } });
  const set = async (field: string, op: 'remove' | 'null'): Promise<unknown> => {
    const body = [op === 'remove' ? { op: 'remove', path: `/${field}` } : { op: 'replace', path: `/${field}`, value: null }];
    const answer = await api.call('PATCH', '/v1/nodes/n1', { body });
    expectStatus(answer, 200);
    return answer.body[field];
  };
  assert.equal(await set('automated_clean', 'remove'), null);
  assert.equal(await set('conductor_group', 'null'), '');
  assert.equal(await set('maintenance', 'null'), false);
  assert.deepEqual(await set('driver_info', 'null'), {});
  assert.equal(await set('description', 'remove'), null);
  const driver = await api.call('PATCH', '/v1/nodes/n1', { body: [{ op: 'remove', path: '/driver' }] });
  expectStatus(driver, 400);
});

test('patches: words for booleans, version of a root, escapes', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', chassis_uuid: (await api.store.chassis.create({})).uuid });
  const patch = async (operation: object, minor: number, query = ''): Promise<number> =>
    (await api.call('PATCH', `/v1/nodes/n1${query}`, { body: [operation], minor })).status;
  assert.equal(
    (await api.call('PATCH', '/v1/nodes/n1', { body: [{ op: 'add', path: '/automated_clean', value: 'False' }] })).body.automated_clean,
    false,
  );
  assert.equal(await patch({ op: 'add', path: '/owner', value: 'x' }, 49), 406);
  assert.equal(await patch({ op: 'remove', path: '/owner' }, 49), 200);
  assert.equal(await patch({ op: 'remove', path: '/chassis_uuid' }, 24), 406);
  assert.equal(await patch({ op: 'remove', path: '/chassis_uuid' }, 25), 200);
  assert.equal(await patch({ op: 'add', path: '/extra/a~1b', value: 1 }, 97), 400);
  assert.equal(await patch({ op: 'add', path: '/extra/a~1b', value: 1 }, 98), 200);
  assert.deepEqual((await api.get('/v1/nodes/n1')).body.extra, { 'a/b': 1 });
  const driver = { op: 'replace', path: '/driver', value: FAKE_DRIVER };
  assert.equal(await patch(driver, 44, '?reset_interfaces=true'), 406);
  assert.equal(await patch(driver, 45, '?reset_interfaces=true'), 200);
  assert.equal(await patch({ op: 'add', path: '/extra/x', value: 1 }, 45, '?reset_interfaces=True'), 400);
});

test('patches: states that allow none, and the one exception', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'busy', provision_state: 'deploying', target_provision_state: 'active', maintenance: true, instance_uuid: UUID });
  await api.node({ name: 'inspected', provision_state: 'inspecting', target_provision_state: 'manageable' });
  const extra = [{ op: 'add', path: '/extra/a', value: 1 }];
  expectStatus(await api.call('PATCH', '/v1/nodes/busy', { body: extra }), 409);
  expectStatus(await api.call('PATCH', '/v1/nodes/busy', { body: [{ op: 'remove', path: '/instance_uuid' }] }), 200);
  expectStatus(await api.call('PATCH', '/v1/nodes/inspected', { body: extra, minor: 38 }), 200);
  expectStatus(await api.call('PATCH', '/v1/nodes/inspected', { body: extra, minor: 39 }), 409);
});

test('patches: reasons need their flag; a display name fills the instance name once', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', provision_state: 'active' });
  const patch = (...operations: object[]) => api.call('PATCH', '/v1/nodes/n1', { body: operations });
  expectStatus(await patch({ op: 'add', path: '/protected_reason', value: 'x' }), 400);
  expectStatus(await patch({ op: 'add', path: '/protected', value: true }, { op: 'add', path: '/protected_reason', value: 'x' }), 200);
  const named = await patch({ op: 'add', path: '/instance_info/display_name', value: 'web-1' });
  assert.equal(named.body.instance_name, 'web-1');
  const again = await patch({ op: 'add', path: '/instance_info/display_name', value: 'web-2' });
  assert.equal(again.body.instance_name, 'web-1');
});

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

test('deleting a node', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  expectStatus(await api.call('DELETE', '/v1/nodes/n1'), 204);
  expectStatus(await api.call('DELETE', '/v1/nodes/n1'), 404);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture, expectStatus } from './testing/api-fixture.ts';
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
  expectStatus(await one('replace', '/network_data', {}), 400);
  expectStatus(await one('remove', '/network_data'), 200);
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

test('deleting a node', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  expectStatus(await api.call('DELETE', '/v1/nodes/n1'), 204);
  expectStatus(await api.call('DELETE', '/v1/nodes/n1'), 404);
});

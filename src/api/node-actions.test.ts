import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus } from './testing/api-fixture.ts';

test('power', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  await api.node({ name: 'cleaned', provision_state: 'clean wait' });
  await api.node({ name: 'kept', disable_power_off: true });
  const put = (name: string, body: object, minor = 112): Promise<Answer> =>
    api.call('PUT', `/v1/nodes/${name}/states/power`, { body, minor });
  const on = await put('n1', { target: 'power on' }, 5);
  expectStatus(on, 202);
  assert.equal(on.headers.location, 'http://api.test/v1/nodes/n1/states');
  expectStatus(await put('n1', { target: 'soft power off', timeout: '30' }, 27), 202);
  assert.deepEqual(api.calls.at(-1)?.args.slice(1), ['soft power off', 30]);
  expectStatus(await put('n1', { target: 'soft power off' }, 26), 406);
  expectStatus(await put('n1', { target: 'power off', timeout: 30 }, 26), 406);
  for (const body of [{ target: 'reboot' }, { target: 'power on', timeout: 0 }, { target: 7 }, {}])
    expectStatus(await put('n1', body), 400);
  expectStatus(await put('cleaned', { target: 'power on' }), 400);
  expectStatus(await put('kept', { target: 'power off' }), 409);
  expectStatus(await put('kept', { target: 'power on' }), 202);
});

test('boot mode and secure boot', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  await api.node({ name: 'busy', provision_state: 'deploying' });
  const put = (name: string, what: string, target: unknown, minor = 112): Promise<Answer> =>
    api.call('PUT', `/v1/nodes/${name}/states/${what}`, { body: { target }, minor });
  expectStatus(await put('n1', 'boot_mode', 'uefi', 75), 404);
  expectStatus(await put('n1', 'boot_mode', 'uefi', 76), 202);
  expectStatus(await put('n1', 'boot_mode', 'UEFI'), 400);
  expectStatus(await put('n1', 'boot_mode', null), 400);
  expectStatus(await put('n1', 'secure_boot', 'yes', 76), 202);
  expectStatus(await put('n1', 'secure_boot', null), 400);
  expectStatus(await put('busy', 'boot_mode', 'bios'), 409);
  expectStatus(await put('busy', 'secure_boot', false), 409);
});

test('raid configuration', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  const put = (body: unknown, minor = 112): Promise<Answer> => api.call('PUT', '/v1/nodes/n1/states/raid', { body, minor });
  const disk = { size_gb: 100, raid_level: '1' };
  expectStatus(await put({ logical_disks: [disk] }, 11), 406);
  expectStatus(await put({ logical_disks: [disk, { size_gb: 'MAX', raid_level: '5', is_root_volume: true }] }), 204);
  for (const body of [
    { logical_disks: {} },
    { disks: [] },
    [],
    { logical_disks: [{ size_gb: 1 }] },
    { logical_disks: [{ ...disk, nope: 1 }] },
    { logical_disks: [] },
    { logical_disks: [{ ...disk, raid_level: '7' }] },
    { logical_disks: [{ ...disk, size_gb: -1 }] },
    {
      logical_disks: [
        { ...disk, is_root_volume: true },
        { ...disk, is_root_volume: true },
      ],
    },
  ]) {
    expectStatus(await put(body), 400);
  }
  expectStatus(await put('null'), 204);
  assert.deepEqual((await api.get('/v1/nodes/n1/states')).body.target_raid_config, {});
});

test('maintenance', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', fault: 'power failure' });
  expectStatus(await api.call('PUT', '/v1/nodes/n1/maintenance', { body: { reason: 'fan' } }), 202);
  assert.equal((await api.get('/v1/nodes/n1')).body.maintenance_reason, 'fan');
  expectStatus(await api.call('PUT', '/v1/nodes/n1/maintenance'), 202);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/maintenance', { body: { reason: 7 } }), 400);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/maintenance', { body: { why: 'x' } }), 400);
  expectStatus(await api.call('DELETE', '/v1/nodes/n1/maintenance'), 202);
  const { body } = await api.get('/v1/nodes/n1');
  assert.deepEqual([body.maintenance, body.maintenance_reason, body.fault], [false, null, null]);
});

test('validation, boot device, NMI', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1' });
  const { body } = await api.get('/v1/nodes/n1/validate');
  assert.equal(Object.keys(body).length, 12);
  for (const url of ['/v1/nodes/validate?node=n1', `/v1/nodes/validate?node_uuid=${node.uuid}`])
    assert.deepEqual((await api.get(url)).body, body);
  expectStatus(await api.get('/v1/nodes/validate'), 400);
  expectStatus(await api.get('/v1/nodes/validate?node=nobody'), 404);
  assert.deepEqual((await api.get('/v1/nodes/n1/management/boot_device')).body, { boot_device: 'pxe', persistent: false });
  assert.deepEqual((await api.get('/v1/nodes/n1/management/boot_device/supported')).body, { supported_boot_devices: ['pxe'] });
  const put = (body: object): Promise<Answer> => api.call('PUT', '/v1/nodes/n1/management/boot_device', { body });
  expectStatus(await put({ boot_device: 'disk', persistent: 'True' }), 204);
  assert.deepEqual(api.calls.at(-1)?.args.slice(1), ['disk', true]);
  expectStatus(await put({ boot_device: 'toaster' }), 400);
  expectStatus(await put({}), 400);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/management/inject_nmi', { minor: 28 }), 404);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/management/inject_nmi', { minor: 29 }), 204);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/management/inject_nmi', { body: { a: 1 } }), 400);
});

test('traits', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  const path = '/v1/nodes/n1/traits';
  const put = (body: unknown, minor = 112): Promise<Answer> => api.call('PUT', path, { body, minor });
  expectStatus(await put({ traits: ['CUSTOM_B', 'HW_CPU_X86_VMX', 'CUSTOM_B'] }), 204);
  assert.deepEqual((await api.get(path)).body, { traits: ['CUSTOM_B', 'HW_CPU_X86_VMX'] });
  const added = await api.call('PUT', `${path}/CUSTOM_A`);
  expectStatus(added, 204);
  assert.equal(added.headers.location, 'http://api.test/v1/nodes/n1/traits/CUSTOM_A');
  expectStatus(await api.call('PUT', `${path}/CUSTOM_A`, { body: 'null' }), 204);
  expectStatus(await api.call('PUT', `${path}/CUSTOM_A`, { body: { a: 1 } }), 400);
  expectStatus(await api.call('DELETE', `${path}/CUSTOM_A`), 204);
  expectStatus(await api.call('DELETE', `${path}/CUSTOM_A`), 404);
  const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `CUSTOM_${i}`);
  expectStatus(await put({ traits: many(51) }), 400);
  expectStatus(await put({ traits: many(50) }), 204);
  expectStatus(await api.call('PUT', `${path}/CUSTOM_X`), 400);
  expectStatus(await api.call('PUT', `${path}/CUSTOM_1`), 204);
  for (const body of [{ traits: ['custom_a'] }, { traits: ['NOPE'] }, { traits: null }, {}, { traits: [], x: 1 }])
    expectStatus(await put(body), 400);
  expectStatus(await api.call('DELETE', path), 204);
  expectStatus(await api.get(path, 36), 406);
  expectStatus(await put({ traits: [] }, 36), 405);
  expectStatus(await api.call('DELETE', path, { minor: 36 }), 404);
});

test('vifs', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  const path = '/v1/nodes/n1/vifs';
  const post = (body: unknown, minor = 112): Promise<Answer> => api.call('POST', path, { body, minor });
  const uuid = '41111111-2222-4333-8444-555555555555';
  assert.deepEqual((await api.get(path)).body, { vifs: [{ id: 'vif-1' }] });
  expectStatus(await post({ id: uuid, port_uuid: uuid, other: [1] }), 204);
  assert.deepEqual(api.calls.at(-1)?.args[1], { id: uuid, port_uuid: uuid, other: [1] });
  expectStatus(await post({ id: uuid, port_uuid: uuid, portgroup_uuid: uuid }), 400);
  expectStatus(await post({ id: uuid, port_uuid: uuid, portgroup_uuid: uuid }, 66), 204);
  assert.deepEqual(api.calls.at(-1)?.args[1], { id: uuid });
  for (const body of [{}, { id: 7 }, { id: 'a b' }, []]) expectStatus(await post(body), 400);
  expectStatus(await api.call('DELETE', `${path}/${uuid}`), 204);
  expectStatus(await api.call('DELETE', path), 400);
  expectStatus(await api.get(path, 27), 404);
});

test('history and inventory', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1' });
  const other = await api.node({ name: 'n2' });
  const entry = await api.store.history.add({
    node_uuid: node.uuid,
    conductor: 'host-1',
    severity: 'ERROR',
    event: 'x'.repeat(300),
    event_type: 'provisioning',
    user: null,
    project: 'p',
    state: 'deploy failed',
    target_provision_state: null,
    duration_seconds: 7,
  });
  const [short] = (await api.get('/v1/nodes/n1/history')).body.history;
  assert.deepEqual(Object.keys(short).sort(), ['created_at', 'event', 'links', 'severity', 'uuid']);
  assert.equal(short.event.length, 254);
  assert.deepEqual(short.links, [{ href: `http://api.test/v1/nodes/${node.uuid}/history/${entry.uuid}`, rel: 'self' }]);
  const keys = async (minor: number): Promise<number> =>
    Object.keys((await api.get('/v1/nodes/n1/history?detail=True', minor)).body.history[0]).length;
  assert.deepEqual([await keys(112), await keys(113), await keys(115)], [8, 9, 12]);
  const one = (await api.get(`/v1/nodes/n1/history/${entry.uuid}`)).body;
  assert.equal(one.event.length, 300);
  assert.equal(one.duration_seconds, 7);
  expectStatus(await api.get(`/v1/nodes/${other.name}/history/${entry.uuid}`), 404);
  expectStatus(await api.get('/v1/nodes/n1/history/x'), 404);
  expectStatus(await api.get('/v1/nodes/n1/history?fields=uuid'), 400);
  expectStatus(await api.get('/v1/nodes/n1/history', 77), 404);
  expectStatus(await api.get('/v1/nodes/n1/inventory'), 404);
  await api.store.inventory.set(node.uuid, { inventory: { cpu: { count: 2 } }, plugin_data: { a: 1 } });
  assert.deepEqual((await api.get('/v1/nodes/n1/inventory')).body, { inventory: { cpu: { count: 2 } }, plugin_data: { a: 1 } });
  expectStatus(await api.get('/v1/nodes/n1/inventory', 80), 404);
});

test('children', async (t) => {
  const api = await apiFixture(t);
  const parent = await api.node({ name: 'n1' });
  const child = await api.node({ parent_node: parent.uuid });
  assert.deepEqual((await api.get('/v1/nodes/n1/children')).body, {
    children: [child.uuid],
    links: { href: `http://api.test/v1/nodes?parent_node=${parent.uuid}`, rel: 'children' },
  });
  assert.deepEqual((await api.get(`/v1/nodes/${child.uuid}/children`)).body.children, []);
  expectStatus(await api.get('/v1/nodes/n1/children', 82), 404);
});

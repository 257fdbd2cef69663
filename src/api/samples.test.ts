import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiFixture, apiFixture, expectStatus } from './testing/api-fixture.ts';
import { sample } from './testing/contract-data.ts';
import { FAKE_DRIVER, FAKE_HOST } from './testing/fake-conductor.ts';

/** The published samples, against the server: every key a sample shows is answered, with a value of the same kind. */

const NODE = '11111111-2222-4333-8444-555555555555';

async function filled(t: Parameters<typeof apiFixture>[0]): Promise<ApiFixture & { chassis: string; port: string }> {
  const api = await apiFixture(t);
  const chassis = (await api.store.chassis.create({ description: 'Sample', extra: { a: 1 } })).uuid;
  await api.node({
    uuid: NODE,
    name: 'n1',
    chassis_uuid: chassis,
    provision_state: 'inspect wait',
    driver_info: { ipmi_username: 'u', ipmi_password: 'p' },
    traits: ['CUSTOM_TRAIT1', 'HW_CPU_X86_VMX'],
  });
  const port = (await api.store.ports.create({ node_uuid: NODE, address: '52:54:00:00:00:01' })).uuid;
  await api.store.conductors.register({ hostname: FAKE_HOST, conductor_group: '', drivers: [FAKE_DRIVER], rpc_url: null });
  await api.store.inventory.set(NODE, {
    inventory: { interfaces: [], cpu: {} },
    plugin_data: { macs: [], local_gb: 1, cpu_arch: 'x', memory_mb: 1 },
  });
  await api.store.history.add({
    node_uuid: NODE,
    conductor: null,
    severity: 'ERROR',
    event: 'x',
    event_type: 'x',
    user: null,
    project: null,
    state: null,
    target_provision_state: null,
    duration_seconds: null,
  });
  return { ...api, chassis, port };
}

/** Sample and where it is answered. `{chassis}` and `{port}` stand for the objects made above. */
const ANSWERS: readonly (readonly [name: string, url: string])[] = [
  ['api-root-response', '/'],
  ['chassis-list-response', '/v1/chassis'],
  ['chassis-list-details-response', '/v1/chassis/detail'],
  ['chassis-show-response', '/v1/chassis/{chassis}'],
  ['conductor-list-response', '/v1/conductors'],
  ['conductor-list-details-response', '/v1/conductors?detail=true'],
  ['conductor-show-response', `/v1/conductors/${FAKE_HOST}`],
  ['drivers-list-response', '/v1/drivers'],
  ['drivers-list-detail-response', '/v1/drivers?detail=True'],
  ['driver-get-response', `/v1/drivers/${FAKE_DRIVER}`],
  ['nodes-list-response', '/v1/nodes'],
  ['nodes-list-details-response', '/v1/nodes/detail'],
  ['node-show-response', '/v1/nodes/n1'],
  ['node-create-response', '/v1/nodes/n1'],
  ['node-get-state-response', '/v1/nodes/n1/states'],
  ['node-get-boot-device-response', '/v1/nodes/n1/management/boot_device'],
  ['node-get-supported-boot-devices-response', '/v1/nodes/n1/management/boot_device/supported'],
  ['node-validate-response', '/v1/nodes/n1/validate'],
  ['node-traits-list-response', '/v1/nodes/n1/traits'],
  ['node-vif-list-response', '/v1/nodes/n1/vifs'],
  ['node-port-list-response', '/v1/nodes/n1/ports'],
  ['node-port-detail-response', '/v1/nodes/n1/ports/detail'],
  ['node-history-list-response', '/v1/nodes/n1/history'],
  ['node-inventory-response', '/v1/nodes/n1/inventory'],
  ['port-list-response', '/v1/ports'],
  ['port-list-detail-response', '/v1/ports/detail'],
  ['port-create-response', '/v1/ports/{port}'],
  ['port-update-response', '/v1/ports/{port}'],
  ['lookup-node-response', `/v1/lookup?node_uuid=${NODE}`],
];

/** Keys that only the samples have: one is misspelt; a validation's reason is given with a failure alone. */
const SAMPLES_ONLY = new Set(['enabled_firmware_interface', 'reason']);
/** Objects whose members are data, not contract. */
const FREE = new Set([
  'driver_info',
  'driver_internal_info',
  'instance_info',
  'properties',
  'extra',
  'inventory',
  'plugin_data',
  'config',
  'internal_info',
  'local_link_connection',
]);

test('answers have the shape of the published samples', async (t) => {
  const api = await filled(t);
  for (const [name, url] of ANSWERS) {
    const answer = await api.get(url.replace('{chassis}', api.chassis).replace('{port}', api.port));
    expectStatus(answer, 200);
    compare(sample(name), answer.body, name);
  }
});

/** Requests of the samples and what they answer. */
const REQUESTS: readonly (readonly [name: string, method: string, url: string, status: number])[] = [
  ['chassis-create-request', 'POST', '/v1/chassis', 201],
  ['chassis-update-request', 'PATCH', '/v1/chassis/{chassis}', 200],
  ['node-maintenance-request', 'PUT', '/v1/nodes/n1/maintenance', 202],
  ['node-set-power-off', 'PUT', '/v1/nodes/n1/states/power', 202],
  ['node-set-soft-power-off', 'PUT', '/v1/nodes/n1/states/power', 202],
  ['node-set-boot-device', 'PUT', '/v1/nodes/n1/management/boot_device', 204],
  ['node-set-raid-request', 'PUT', '/v1/nodes/n1/states/raid', 204],
  ['node-set-traits-request', 'PUT', '/v1/nodes/n1/traits', 204],
  ['node-inject-nmi', 'PUT', '/v1/nodes/n1/management/inject_nmi', 204],
  ['node-vif-attach-request', 'POST', '/v1/nodes/n1/vifs', 204],
  ['node-update-driver-info-request', 'PATCH', '/v1/nodes/n1', 200],
  ['port-update-request', 'PATCH', '/v1/ports/{port}', 200],
];

test('the published requests are taken', async (t) => {
  const api = await filled(t);
  for (const [name, method, url, status] of REQUESTS) {
    const path = url.replace('{chassis}', api.chassis).replace('{port}', api.port);
    const answer = await api.call(method, path, { body: sample(name) });
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
  }
});

const PROVISIONS: readonly (readonly [name: string, state: 'manageable' | 'available' | 'enroll' | 'active', status: number])[] = [
  ['node-set-active-state', 'available', 202],
  ['node-set-active-state-deploy-steps', 'available', 202],
  ['node-set-available-state', 'manageable', 202],
  ['node-set-clean-state', 'manageable', 202],
  ['node-set-manage-state', 'enroll', 202],
  // Its key for the steps is misspelt.
  ['node-set-service-state', 'active', 400],
];

test('the published provision requests are taken', async (t) => {
  const api = await apiFixture(t);
  for (const [name, state, status] of PROVISIONS) {
    const node = await api.node({ provision_state: state });
    const answer = await api.call('PUT', `/v1/nodes/${node.uuid}/states/provision`, { body: sample(name) });
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
  }
});

function compare(expected: unknown, actual: unknown, where: string): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${where} is a list`);
    if (expected.length > 0 && actual.length > 0) compare(expected[0], actual[0], `${where}[0]`);
    return;
  }
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null) return;
  for (const [key, value] of Object.entries(expected)) {
    if (SAMPLES_ONLY.has(key)) continue;
    assert.ok(Object.hasOwn(actual, key), `${where}.${key} is missing`);
    const answered: unknown = Reflect.get(actual, key);
    if (!FREE.has(key) && value !== null && answered !== null) {
      assert.equal(Array.isArray(answered) ? 'list' : typeof answered, Array.isArray(value) ? 'list' : typeof value, `${where}.${key}`);
      compare(value, answered, `${where}.${key}`);
    }
  }
}

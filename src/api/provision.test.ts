import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVISION_STATES, type ProvisionState } from '../model/states.ts';
import { type Answer, apiFixture, expectStatus, faultString } from './testing/api-fixture.ts';

/** The contract's matrix: which targets a state accepts. */
const ACCEPTED: Readonly<Partial<Record<ProvisionState, readonly string[]>>> = {
  enroll: ['manage'],
  manageable: ['provide', 'inspect', 'clean', 'adopt'],
  available: ['active', 'deploy', 'manage'],
  active: ['deleted', 'undeploy', 'rebuild', 'rescue', 'service'],
  'wait call-back': ['deleted', 'undeploy', 'abort'],
  'deploy failed': ['active', 'deploy', 'rebuild', 'deleted', 'undeploy'],
  'deploy hold': ['abort', 'unhold'],
  'clean wait': ['abort'],
  'clean failed': ['manage'],
  'clean hold': ['abort', 'unhold'],
  error: ['rebuild', 'deleted', 'undeploy'],
  'inspect wait': ['abort'],
  'inspect failed': ['manage', 'inspect'],
  'adopt failed': ['manage', 'adopt'],
  'rescue wait': ['deleted', 'undeploy', 'abort'],
  rescue: ['deleted', 'undeploy', 'rescue', 'unrescue'],
  'rescue failed': ['deleted', 'undeploy', 'rescue', 'unrescue'],
  'unrescue failed': ['deleted', 'undeploy', 'rescue', 'unrescue'],
  'service wait': ['deleted', 'undeploy', 'abort'],
  'service failed': ['deleted', 'undeploy', 'abort', 'rescue', 'service'],
  'service hold': ['abort', 'unhold', 'service'],
};
const STEPS = [{ interface: 'deploy', step: 'erase_devices' }];
const EXTRA: Readonly<Record<string, object>> = {
  clean: { clean_steps: STEPS },
  service: { service_steps: STEPS },
  rescue: { rescue_password: 'secret' },
};
const TARGETS = [...new Set(Object.values(ACCEPTED).flat())];

test('every verb in every state answers as the matrix says', async (t) => {
  const api = await apiFixture(t);
  for (const state of PROVISION_STATES) {
    for (const target of TARGETS) {
      const node = await api.node({ provision_state: state });
      const answer = await api.call('PUT', `/v1/nodes/${node.uuid}/states/provision`, { body: { target, ...EXTRA[target] } });
      const expected = ACCEPTED[state]?.includes(target) ? 202 : 400;
      assert.equal(answer.status, expected, `${target} in ${state}: ${answer.text}`);
      await api.store.nodes.delete(node.uuid, null);
    }
  }
});

test('verbs and their versions', async (t) => {
  const api = await apiFixture(t);
  const gates: [string, ProvisionState, number][] = [
    ['deploy', 'available', 73],
    ['manage', 'enroll', 4],
    ['provide', 'manageable', 4],
    ['inspect', 'manageable', 6],
    ['abort', 'clean wait', 13],
    ['abort', 'inspect wait', 41],
    ['abort', 'wait call-back', 110],
    ['clean', 'manageable', 15],
    ['adopt', 'manageable', 17],
    ['rescue', 'active', 38],
    ['unrescue', 'rescue', 38],
    ['unhold', 'clean hold', 85],
    ['service', 'active', 87],
  ];
  for (const [target, state, since] of gates) {
    const node = await api.node({ provision_state: state });
    const put = (minor: number): Promise<Answer> =>
      api.call('PUT', `/v1/nodes/${node.uuid}/states/provision`, { body: { target, ...EXTRA[target] }, minor });
    expectStatus(await put(since - 1), 406);
    expectStatus(await put(since), 202);
  }
  const old = await api.node({ provision_state: 'active' });
  expectStatus(await api.call('PUT', `/v1/nodes/${old.uuid}/states/provision`, { body: { target: 'undeploy' }, minor: 1 }), 202);
});

test('provision: location, empty body, what reaches the conductor', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', provision_state: 'available' });
  const deploy_steps = [{ interface: 'deploy', step: 'x', args: { a: 1 }, priority: '80' }];
  const answer = await api.call('PUT', '/v1/nodes/n1/states/provision', {
    body: { target: 'active', configdrive: { meta_data: { a: 1 }, user_data: 'x' }, deploy_steps },
  });
  expectStatus(answer, 202);
  assert.equal(answer.text, '');
  assert.equal(answer.headers.location, 'http://api.test/v1/nodes/n1/states');
  assert.deepEqual(api.calls.at(-1)?.args[1], {
    verb: 'active',
    configdrive: { meta_data: { a: 1 }, user_data: 'x' },
    deploySteps: [{ interface: 'deploy', step: 'x', args: { a: 1 }, priority: 80 }],
  });
});

test('provision: arguments that do not fit', async (t) => {
  const api = await apiFixture(t);
  const states: Record<string, ProvisionState> = {
    active: 'available',
    manage: 'enroll',
    clean: 'manageable',
    rescue: 'active',
    rebuild: 'active',
  };
  const status = async (body: { target?: string } & Record<string, unknown>, minor = 112): Promise<number> => {
    const node = await api.node({ provision_state: states[body.target ?? ''] ?? 'enroll' });
    return (await api.call('PUT', `/v1/nodes/${node.uuid}/states/provision`, { body, minor })).status;
  };
  for (const body of [
    {},
    { target: 'dance' },
    { target: 'manage', configdrive: 'http://x/y' },
    { target: 'active', configdrive: '%%%' },
    { target: 'active', configdrive: { nope: {} } },
    { target: 'active', configdrive: { meta_data: 'x' } },
    { target: 'clean' },
    { target: 'clean', clean_steps: [] },
    { target: 'clean', clean_steps: [{ interface: 'deploy' }] },
    { target: 'clean', clean_steps: [{ interface: 'network', step: 'x' }] },
    { target: 'clean', clean_steps: [{ interface: 'deploy', step: 'x', priority: 1 }] },
    { target: 'clean', clean_steps: [{ interface: 'vendor', step: 'send_raw' }] },
    { target: 'manage', clean_steps: STEPS },
    { target: 'manage', deploy_steps: [{ interface: 'deploy', step: 'x', args: {}, priority: 1 }] },
    { target: 'active', deploy_steps: [{ interface: 'deploy', step: 'x', priority: 1 }] },
    { target: 'active', service_steps: STEPS },
    { target: 'rescue' },
    { target: 'rescue', rescue_password: '  ' },
    { target: 'manage', rescue_password: 'x' },
    { target: 'manage', disable_ramdisk: true },
    { target: 'manage', foo: 1 },
  ]) {
    assert.equal(await status(body), 400, JSON.stringify(body));
  }
  assert.equal(await status({ target: 'active', configdrive: {} }, 55), 400);
  assert.equal(await status({ target: 'active', configdrive: {} }, 56), 202);
  assert.equal(await status({ target: 'active', configdrive: { vendor_data: {} } }, 58), 400);
  assert.equal(await status({ target: 'rebuild', configdrive: 'aGVsbG8=' }, 34), 400);
  assert.equal(await status({ target: 'rebuild', configdrive: 'aGVsbG8=' }, 35), 202);
  const deploy_steps = [{ interface: 'deploy', step: 'x', args: {}, priority: 1 }];
  assert.equal(await status({ target: 'active', deploy_steps }, 68), 406);
  assert.equal(await status({ target: 'manage', clean_steps: [], deploy_steps: [] }), 202);
  assert.equal(await status({ target: 'clean', clean_steps: STEPS, disable_ramdisk: true }, 69), 406);
  assert.equal(await status({ target: 'clean', clean_steps: STEPS, disable_ramdisk: 'true' }, 70), 202);
  assert.equal(await status({ target: 'clean', runbook: 'x' }, 91), 406);
  assert.equal(await status({ target: 'clean', runbook: 'x' }), 404);
  assert.equal(await status({ target: 'active', configdrive: null, clean_steps: null }), 202);
});

test('provision: maintenance and held nodes', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'm', provision_state: 'available', maintenance: true });
  const refused = await api.call('PUT', '/v1/nodes/m/states/provision', { body: { target: 'active' } });
  expectStatus(refused, 400);
  assert.match(faultString(refused), /maintenance/);
  const held = await api.node({ name: 'held', provision_state: 'enroll' });
  await api.store.nodes.acquireLease(held.uuid, { holder: 'host-2', purpose: 'test', ttlMs: 60_000 });
  const locked = await api.call('PUT', '/v1/nodes/held/states/provision', { body: { target: 'active' } });
  expectStatus(locked, 409);
  assert.match(faultString(locked), /host-2/);
});

test('config drives of megabytes are taken, other bodies of that size are not', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1', provision_state: 'available' });
  const configdrive = 'QUJD'.repeat(800_000);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/states/provision', { body: { target: 'active', configdrive } }), 202);
  expectStatus(await api.call('PUT', '/v1/nodes/n1/maintenance', { body: { reason: configdrive } }), 413);
});

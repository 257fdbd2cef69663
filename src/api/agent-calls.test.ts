import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus } from './testing/api-fixture.ts';

const MAC = '52:54:00:aa:bb:cc';

test('lookup', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ provision_state: 'wait call-back', driver_internal_info: { agent_secret_token: 'x' } });
  await api.store.ports.create({ node_uuid: node.uuid, address: MAC });
  expectStatus(await api.get('/v1/lookup', 21), 404);
  expectStatus(await api.get('/v1/lookup', 22), 400);
  expectStatus(await api.get('/v1/lookup?node_uuid=x'), 400);
  expectStatus(await api.get('/v1/lookup?addresses=zz'), 400);
  expectStatus(await api.get('/v1/lookup?addresses=52:54:00:00:00:01'), 404);
  const found = await api.get(`/v1/lookup?addresses=zz,${MAC.toUpperCase()}`);
  expectStatus(found, 200);
  assert.deepEqual(Object.keys(found.body.node).sort(), ['driver_internal_info', 'instance_info', 'links', 'properties', 'uuid']);
  assert.deepEqual(found.body.node.driver_internal_info, { agent_secret_token: '******' });
  assert.equal(found.body.config.agent_token, 'clear-token');
  const old = await api.get(`/v1/lookup?node_uuid=${node.uuid}`, 61);
  assert.equal(old.body.config.agent_token, '******');
  assert.deepEqual(api.calls.at(-1)?.args[0], { nodeUuid: node.uuid, giveToken: false });
});

test('heartbeat', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node();
  const body = { callback_url: 'https://10.0.0.1:9999', agent_version: '11.0', agent_token: 'x' };
  const post = (sent: object, minor = 112): Promise<Answer> => api.call('POST', `/v1/heartbeat/${node.uuid}`, { body: sent, minor });
  expectStatus(await post(body, 21), 404);
  const taken = await post({ ...body, agent_status: 'end', agent_status_message: 'm', agent_verify_ca: 'ca' });
  expectStatus(taken, 202);
  assert.equal(taken.text, '');
  assert.deepEqual(api.calls.at(-1)?.args[1], { ...body, agent_status: 'end', agent_status_message: 'm', agent_verify_ca: 'ca' });
  expectStatus(await post(body, 35), 400);
  expectStatus(await post({ ...body, agent_verify_ca: 'ca' }, 67), 400);
  expectStatus(await post({ ...body, agent_status: 'end' }, 71), 400);
  for (const change of [
    { agent_status: 'x' },
    { callback_url: undefined },
    { callback_url: 'ftp://x' },
    { nope: 1 },
    { agent_token: undefined },
  ]) {
    expectStatus(await post({ ...body, ...change }), 400);
  }
  expectStatus(await api.call('POST', '/v1/heartbeat/nobody', { body }), 404);
  expectStatus(await api.call('POST', '/v1/heartbeat', { body }), 400);
});

test('continue inspection', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ provision_state: 'inspect wait' });
  const body = { inventory: { interfaces: [{ mac_address: MAC }] }, extra: 1 };
  const post = (minor: number, sent: unknown = body, query = ''): Promise<Answer> =>
    api.call('POST', `/v1/continue_inspection${query}`, { body: sent, minor });
  const legacy = await post(1);
  expectStatus(legacy, 202);
  assert.deepEqual(legacy.body, { uuid: node.uuid });
  expectStatus(await post(2), 404);
  expectStatus(await post(83), 404);
  const now = await post(84, body, `?node_uuid=${node.uuid}`);
  expectStatus(now, 202);
  assert.equal(now.body.node.uuid, node.uuid);
  assert.equal(now.body.config.agent_token, '******');
  for (const wrong of [{}, [], { inventory: { interfaces: [] } }, { inventory: { interfaces: [{}] } }])
    expectStatus(await post(84, wrong), 400);
  expectStatus(await post(84, body, '?node_uuid=x'), 400);
});

test('the calls of the agent can be switched off', async (t) => {
  const api = await apiFixture(t, { 'api.enable_ramdisk_endpoints': 'false' });
  await api.node({ name: 'n1' });
  expectStatus(await api.get(`/v1/lookup?addresses=${MAC}`), 403);
  expectStatus(await api.call('POST', '/v1/heartbeat/n1', { body: { callback_url: '' } }), 403);
  expectStatus(await api.call('POST', '/v1/continue_inspection', { body: {} }), 403);
});

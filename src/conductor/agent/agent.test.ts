import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../model/errors.ts';
import type { HeartbeatRequest } from '../conductor-service.ts';
import { REQUEST, World } from '../testing/world.ts';

async function waiting(
  options: Record<string, string> = {},
): Promise<{ world: World; uuid: string; token: string; beat: HeartbeatRequest }> {
  const world = await World.open(options);
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'provide');
  const answer = await world.conductor.lookup(REQUEST, { addresses: ['52:54:00:00:00:01'.toUpperCase()] });
  assert.equal(answer.node.uuid, uuid);
  const token = String(answer.config.agent_token);
  return { world, uuid, token, beat: { callback_url: 'https://192.0.2.1:9999', agent_version: '9', agent_token: token } };
}

test('a token is told once a boot, and only where lookup is allowed', async () => {
  const { world, uuid, token } = await waiting();
  assert.match(token, /^[\w-]{43}$/);
  assert.equal((await world.conductor.lookup(REQUEST, { nodeUuid: uuid })).config.agent_token, '******');
  const other = await world.nodeIn('manageable');
  const notFound = (error: unknown): boolean => hasCode(error, 'NOT_FOUND') && error.message === 'Node could not be found.';
  await assert.rejects(world.conductor.lookup(REQUEST, { nodeUuid: other }), notFound);
  await assert.rejects(world.conductor.lookup(REQUEST, { nodeUuid: 'b3a7f6f0-7d0e-4b5e-8f8e-000000000000' }), notFound);
  await assert.rejects(world.conductor.lookup(REQUEST, { addresses: ['52:54:00:00:00:01', '52:54:00:00:00:02'] }), notFound);
  await assert.rejects(world.conductor.lookup(REQUEST, {}), (error) => hasCode(error, 'INVALID_PARAMETER'));
  await world.close();
});

test('who would not show the token is given none', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'provide');
  assert.equal((await world.conductor.lookup(REQUEST, { nodeUuid: uuid, giveToken: false })).config.agent_token, null);
  assert.match(String((await world.conductor.lookup(REQUEST, { nodeUuid: uuid })).config.agent_token), /^[\w-]{43}$/);
  await world.close();
});

test('heartbeats that are not believed', async () => {
  const { world, uuid, beat } = await waiting();
  const { agent_token: _, ...tokenless } = beat;
  const { agent_version: __, ...versionless } = beat;
  const cases: [HeartbeatRequest, RegExp][] = [
    [{ ...beat, callback_url: 'ftp://x' }, /http or https/],
    [{ ...beat, callback_url: 'http://192.0.2.1:9999' }, /TLS is required/],
    [tokenless, /token is required/],
    [{ ...beat, agent_token: 'x'.repeat(43) }, /Invalid or missing agent token received/],
    [{ ...beat, agent_status: 'dancing' }, /start, end or error/],
    [versionless, /agent_version/],
  ];
  for (const [wrong, text] of cases) {
    await assert.rejects(
      world.conductor.heartbeat(REQUEST, uuid, wrong),
      (error) => hasCode(error, 'INVALID_PARAMETER') && text.test(error.message),
    );
  }
  assert.equal((await world.node(uuid)).driver_internal_info.agent_url, undefined);
  await world.conductor.heartbeat(REQUEST, uuid, { ...beat, agent_verify_ca: 'PEM' });
  await world.settle();
  await assert.rejects(world.conductor.heartbeat(REQUEST, uuid, { ...beat, callback_url: 'https://192.0.2.2:9999' }), /Detected change/);
  await assert.rejects(world.conductor.heartbeat(REQUEST, uuid, { ...beat, agent_verify_ca: 'OTHER' }), /certificate differs/);
  assert.equal((await world.node(uuid)).driver_internal_info.agent_verify_ca, 'PEM');
  await world.close();
});

test('plain http is believed where TLS is not required', async () => {
  const { world, uuid, beat } = await waiting({ 'agent.require_tls': 'false' });
  await world.conductor.heartbeat(REQUEST, uuid, { ...beat, callback_url: 'http://192.0.2.1:9999' });
  assert.equal((await world.node(uuid)).driver_internal_info.agent_url, 'http://192.0.2.1:9999');
  await world.close();
});

test('the first call of a boot while the node is held is put off; later ones are recorded', async () => {
  const { world, uuid, beat } = await waiting();
  const held = await world.store.nodes.acquireLease(uuid, { holder: 'other', purpose: 'a look', ttlMs: 60_000 });
  assert.ok('lease' in held);
  await assert.rejects(world.conductor.heartbeat(REQUEST, uuid, beat), (error) => hasCode(error, 'NODE_LOCKED'));
  await world.store.nodes.releaseLease(held.lease);
  await world.agentCalls(uuid);
  await world.close();
});

test('a heartbeat in a state that expects none is answered and stores nothing', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.mutate(uuid, null, () => ({ driver_internal_info: { agent_secret_token: 't' } }));
  await world.conductor.heartbeat(REQUEST, uuid, { callback_url: 'https://192.0.2.1:9999', agent_version: '9', agent_token: 't' });
  assert.equal((await world.node(uuid)).driver_internal_info.agent_url, undefined);
  await world.close();
});

test('a heartbeat is one small transaction', async () => {
  const { world, uuid, beat } = await waiting();
  await world.conductor.heartbeat(REQUEST, uuid, beat);
  await world.settle();
  const before = world.store.statements;
  await world.store.nodes.mutate(uuid, null, () => ({ extra: { a: 1 } }));
  const one = world.store.statements - before;
  // Held, so that nothing goes on in the background.
  await world.store.nodes.acquireLease(uuid, { holder: 'other', purpose: 'a look', ttlMs: 60_000 });
  const start = world.store.statements;
  await world.conductor.heartbeat(REQUEST, uuid, beat);
  assert.ok(world.store.statements - start <= one);
  await world.close();
});

test('silence ends a wait with the words that operators know, whatever the state', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.verb(uuid, 'active');
  await world.advance(1700);
  assert.equal((await world.node(uuid)).provision_state, 'wait call-back');
  await world.advance(200);
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'deploy failed');
  assert.match(node.last_error ?? '', new RegExp(`^Timeout reached while waiting for callback for node ${uuid}`));
  await world.close();
});

test('no clock runs in maintenance; it runs again afterwards', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'provide');
  await world.conductor.setMaintenance(REQUEST, uuid, true, 'a look');
  await world.advance(4000);
  assert.equal((await world.node(uuid)).provision_state, 'clean wait');
  await world.conductor.setMaintenance(REQUEST, uuid, false, null);
  await world.advance(120);
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'clean failed');
  assert.match(
    node.last_error ?? '',
    /^Timeout reached while cleaning the node\. Please check if the ramdisk responsible for the cleaning is running/,
  );
  assert.equal(node.maintenance, false, 'no step was running');
  await world.close();
});

test('inspection data finds its node by MAC or BMC address; contradictions are not found', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll({ driver_info: { redfish_address: 'https://192.0.2.77:8443' } });
  const other = await world.nodeIn('manageable');
  await world.verb(uuid, 'manage');
  await world.verb(uuid, 'inspect');
  assert.equal((await world.node(uuid)).provision_state, 'inspect wait');
  const post = (inventory: { interfaces: { mac_address: string }[]; bmc_address?: string }) =>
    world.conductor.continueInspection(REQUEST, {}, { inventory, extra: 1 });
  await assert.rejects(post({ interfaces: [{ mac_address: '52:54:00:00:00:01' }, { mac_address: '52:54:00:00:00:02' }] }), (error) =>
    hasCode(error, 'NOT_FOUND'),
  );
  await assert.rejects(post({ interfaces: [{ mac_address: '52:54:00:00:00:02' }] }), (error) => hasCode(error, 'NOT_FOUND'));
  assert.deepEqual(await post({ interfaces: [{ mac_address: '52:54:00:aa:aa:aa' }], bmc_address: '192.0.2.77' }), { uuid });
  await world.settle();
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'manageable');
  assert.ok(node.inspection_finished_at !== null && node.inspection_started_at === null);
  assert.deepEqual((await world.store.inventory.get(uuid))?.plugin_data, { extra: 1 });
  assert.equal((await world.node(other)).provision_state, 'manageable');
  await world.close();
});

test('inspection data that come before the conductor waits for them are asked for again, not refused', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.mutate(uuid, null, () => ({ provision_state: 'inspecting' }));
  await assert.rejects(
    world.conductor.continueInspection(REQUEST, { nodeUuid: uuid }, { inventory: { interfaces: [], bmc_address: '192.0.2.1' } }),
    (error) => hasCode(error, 'NODE_LOCKED'),
  );
  await world.close();
});

test('rescue: the password is hashed, handed over at the first call, and gone afterwards', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('active');
  await world.verb(uuid, 'rescue', { rescuePassword: 'open sesame' });
  let node = await world.node(uuid);
  assert.equal(node.provision_state, 'rescue wait');
  assert.match(String(node.instance_info.hashed_rescue_password), /^\$5\$/);
  assert.equal(await world.playAgent(uuid, 'rescue'), 'rescue');
  node = await world.node(uuid);
  assert.deepEqual(node.instance_info, {});
  assert.ok(world.machine(uuid).calls.includes('rescue.finalize'));
  await world.verb(uuid, 'unrescue');
  assert.equal((await world.node(uuid)).provision_state, 'active');
  await world.close();
});

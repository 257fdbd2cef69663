import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../model/errors.ts';
import { REQUEST, World } from '../testing/world.ts';

const SYNC = { 'conductor.sync_power_state_interval': '120', 'conductor.power_failure_recovery_interval': '1000' };

test('a power request: target at once, state when reached, the agent forgotten, events told', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.mutate(uuid, null, () => ({
    last_error: 'old',
    driver_internal_info: { agent_url: 'https://x', agent_secret_token: 't' },
  }));
  await world.conductor.changePower(REQUEST, uuid, 'power on', null);
  assert.deepEqual([(await world.node(uuid)).target_power_state, (await world.node(uuid)).last_error], ['power on', null]);
  await world.settle();
  assert.deepEqual([(await world.node(uuid)).power_state, (await world.node(uuid)).target_power_state], ['power on', null]);
  await world.conductor.changePower(REQUEST, uuid, 'rebooting', null);
  await world.settle();
  const node = await world.node(uuid);
  assert.deepEqual(
    [node.driver_internal_info.agent_url, node.driver_internal_info.agent_secret_token, node.reservation],
    [undefined, undefined, null],
  );
  const kinds = await world.store.events.since(0, 1000, { nodeUuid: uuid, kinds: ['node.power_state'] });
  assert.ok(kinds.some(({ data }) => data.to_power === 'power on'));
  await world.close();
});

test('a failure stands on the node, clears the target and is no fault', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  world.machine(uuid).faults.set('power.set', 'fail');
  await world.conductor.changePower(REQUEST, uuid, 'power on', null);
  await world.settle();
  const node = await world.node(uuid);
  assert.match(node.last_error ?? '', /^Failed to change power state to 'power on' by 'power on': scripted failure/);
  assert.deepEqual([node.target_power_state, node.maintenance, node.reservation], [null, false, null]);
  await world.close();
});

test('a BMC that hangs is given up', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  world.machine(uuid).faults.set('power.set', 'hang');
  await world.conductor.changePower(REQUEST, uuid, 'power on', null);
  await world.advance(200);
  const node = await world.node(uuid);
  assert.match(node.last_error ?? '', /did not end within its deadline of 150 s/);
  assert.deepEqual([node.target_power_state, node.reservation], [null, null]);
  await world.close();
});

test('refusals', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.mutate(uuid, null, () => ({ disable_power_off: true }));
  await assert.rejects(world.conductor.changePower(REQUEST, uuid, 'power off', null), (error) => hasCode(error, 'CONFLICT'));
  await world.store.nodes.mutate(uuid, null, () => ({ disable_power_off: false }));
  await world.verb(uuid, 'provide');
  await assert.rejects(world.conductor.changePower(REQUEST, uuid, 'power off', null), (error) => hasCode(error, 'INVALID_STATE_REQUESTED'));
  await world.close();
});

test('the loop forces the recorded state, gives up into maintenance, and takes the node out again by itself', async () => {
  const world = await World.open(SYNC);
  await world.start();
  const uuid = await world.nodeIn('manageable');
  const machine = world.machine(uuid);
  machine.power = 'power on';
  await world.advance(121);
  assert.equal(machine.power, 'power off', 'forced');
  for (let i = 0; i < 4; i++) {
    machine.power = 'power on';
    machine.faults.set('power.set', 'fail');
    await world.advance(121);
  }
  let node = await world.node(uuid);
  assert.deepEqual([node.maintenance, node.fault, node.power_state], [true, 'power failure', 'power on']);
  assert.match(
    node.maintenance_reason ?? '',
    /^During sync_power_state, max retries exceeded for node .* Switching node to maintenance mode\./,
  );
  machine.faults.clear();
  await world.advance(1001);
  node = await world.node(uuid);
  assert.deepEqual([node.maintenance, node.fault, node.maintenance_reason], [false, null, null]);
  await world.close();
});

test('without force the record follows the hardware; a held node is left alone', async () => {
  const world = await World.open({ ...SYNC, 'conductor.force_power_state_during_sync': 'false' });
  await world.start();
  const uuid = await world.nodeIn('manageable');
  const machine = world.machine(uuid);
  machine.power = 'power on';
  const held = await world.store.nodes.acquireLease(uuid, { holder: 'c1', purpose: 'a job', ttlMs: 600_000 });
  assert.ok('lease' in held);
  const calls = machine.calls.length;
  await world.advance(121);
  assert.equal(machine.calls.length, calls, 'not even asked');
  await world.store.nodes.releaseLease(held.lease);
  await world.advance(121);
  assert.equal((await world.node(uuid)).power_state, 'power on');
  await world.close();
});

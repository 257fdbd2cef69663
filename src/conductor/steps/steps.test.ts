import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../testing/world.ts';

test('automated cleaning runs by priority, reboots where a step asks for it, and leaves nothing behind', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  const events = await world.store.events.since(0, 1000, { nodeUuid: uuid, kinds: ['node.step'] });
  const ended = events.filter(({ data }) => data.flow === 'clean' && data.phase === 'end').map(({ data }) => data.step);
  assert.deepEqual(ended, ['deploy.erase_devices_metadata', 'deploy.update_nic', 'deploy.erase_devices']);
  const node = await world.node(uuid);
  assert.deepEqual(node.clean_step, {});
  const left = Object.keys(node.driver_internal_info).filter(
    (key) => key !== 'last_power_state_change' && key !== 'agent_last_heartbeat' && key !== 'agent_version',
  );
  assert.deepEqual(left, []);
  // Boot for cleaning, reboot for update_nic, off at the end.
  assert.equal(world.machine(uuid).calls.filter((call) => call === 'power.set').length, 3);
  await world.close();
});

test('the cursor and the list are where the peer keeps them', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'provide');
  await world.agentCalls(uuid);
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'clean wait');
  assert.equal(node.clean_step.step, 'erase_devices_metadata');
  assert.equal(node.driver_internal_info.clean_step_index, 0);
  assert.ok(Array.isArray(node.driver_internal_info.clean_steps) && node.driver_internal_info.clean_steps.length === 3);
  await world.close();
});

test('overrides and the deny list shape automated cleaning', async () => {
  const world = await World.open({
    'conductor.clean_step_priority_override': 'deploy.update_nic:0',
    'deploy.erase_devices_priority': '0',
    'api.disallow_clean_steps': 'vendor.send_raw',
  });
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'provide');
  await world.agentCalls(uuid);
  const steps = (await world.node(uuid)).driver_internal_info.clean_steps;
  assert.ok(Array.isArray(steps));
  assert.deepEqual(
    steps.map((step) => (typeof step === 'object' && step !== null && !Array.isArray(step) ? step.step : step)),
    ['erase_devices_metadata'],
  );
  await world.close();
});

test('cleaning that needs no ramdisk boots none', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'management', step: 'reset_clock' }] });
  assert.equal((await world.node(uuid)).provision_state, 'manageable');
  assert.ok(!world.machine(uuid).calls.includes('deploy.prepareCleaning'));
  await world.close();
});

test('a hold step holds until a person lets go; no clock runs; the next step follows at once where no agent is', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'clean', {
    cleanSteps: [
      { interface: 'power', step: 'hold' },
      { interface: 'management', step: 'reset_clock' },
    ],
  });
  assert.equal((await world.node(uuid)).provision_state, 'clean hold');
  await world.advance(100_000);
  assert.equal((await world.node(uuid)).provision_state, 'clean hold');
  await world.verb(uuid, 'unhold');
  assert.equal((await world.node(uuid)).provision_state, 'manageable');
  assert.ok(world.machine(uuid).calls.includes('management.reset_clock'));
  await world.close();
});

test('a service hold goes on after unhold, with the agent at hand', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('active');
  await world.verb(uuid, 'service', {
    serviceSteps: [
      { interface: 'deploy', step: 'burnin_cpu' },
      { interface: 'power', step: 'hold' },
      { interface: 'deploy', step: 'burnin_cpu' },
    ],
  });
  assert.equal(await world.playAgent(uuid, 'service hold'), 'service hold');
  await world.verb(uuid, 'unhold');
  assert.equal(await world.playAgent(uuid, 'active'), 'active');
  await world.close();
});

test('a wait step is cut at the limit of the operator, and the list goes on', async () => {
  const world = await World.open({ 'conductor.max_conductor_wait_step_seconds': '10' });
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'power', step: 'wait', args: { seconds: 3600 } }] });
  await world.advance(9);
  assert.equal((await world.node(uuid)).provision_state, 'cleaning');
  await world.advance(2);
  assert.equal((await world.node(uuid)).provision_state, 'manageable');
  const history = await world.store.history.list(uuid, { limit: 100 });
  assert.ok(history.some((row) => row.event.includes('max_conductor_wait_step_seconds')));
  await world.close();
});

test('a driver step that hangs is given up at its deadline, with what to check', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  world.machine(uuid).faults.set('management.reset_clock', 'hang');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'management', step: 'reset_clock' }] });
  await world.advance(599);
  assert.equal((await world.node(uuid)).provision_state, 'cleaning');
  await world.advance(2);
  const node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.fault, node.maintenance, node.reservation], ['clean failed', 'clean failure', true, null]);
  assert.match(node.last_error ?? '', /failed step management\.reset_clock: .*deadline of 600 s.* Look at the script\./);
  await world.close();
});

test('an error of the agent fails the deployment with its words; the machine is switched off', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.verb(uuid, 'active');
  await world.agentCalls(uuid);
  assert.equal((await world.node(uuid)).deploy_step.step, 'write_image');
  world.machine(uuid).endCommand('failed');
  await world.agentCalls(uuid);
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'deploy failed');
  assert.match(node.last_error ?? '', /deploy\.write_image.*scripted failure at the agent/);
  assert.deepEqual([node.power_state, node.deploy_step, node.reservation, node.target_provision_state], ['power off', {}, null, 'active']);
  assert.ok(world.machine(uuid).calls.includes('agent.collectLogs'));
  assert.equal(node.driver_internal_info.agent_url, undefined);
  await world.close();
});

test('the poller ends a step without a call of the agent, and tells progress', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.verb(uuid, 'active');
  await world.agentCalls(uuid);
  const before = await world.store.events.lastId();
  await world.advance(11);
  const progress = await world.store.events.since(before, 1000, { nodeUuid: uuid, kinds: ['node.progress'] });
  assert.equal(progress.length, 1, 'what does not move is told once');
  assert.equal(progress[0]?.data.percent, 25);
  world.machine(uuid).endCommand('succeeded');
  await world.advance(6);
  assert.notEqual((await world.node(uuid)).deploy_step.step, 'write_image');
  await world.close();
});

test('an agent that was restarted in the middle of a destructive step: not counted as done, not run again', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.verb(uuid, 'active');
  await world.agentCalls(uuid);
  const { agent } = world.machine(uuid);
  assert.ok(agent);
  agent.commands = [];
  await world.agentCalls(uuid);
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'deploy failed');
  assert.match(node.last_error ?? '', /agent was restarted while step deploy\.write_image/);
  await world.close();
});

test('a busy agent: the step is entered again at its next call and counts as one run', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.verb(uuid, 'active');
  const { agent } = world.machine(uuid);
  assert.ok(agent);
  agent.commands.push({ name: 'deploy.other', state: 'running' });
  await world.agentCalls(uuid);
  let node = await world.node(uuid);
  assert.deepEqual(
    [node.provision_state, node.deploy_step.step, node.driver_internal_info.skip_current_deploy_step],
    ['wait call-back', 'write_image', false],
  );
  agent.commands = [];
  await world.agentCalls(uuid);
  node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.deploy_step.step, agent.commands.length], ['wait call-back', 'write_image', 1]);
  assert.equal(await world.playAgent(uuid, 'active'), 'active');
  await world.close();
});

test('abort: a step that may not be aborted ends first, then the cleaning does', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.verb(uuid, 'provide');
  await world.agentCalls(uuid);
  await world.verb(uuid, 'abort');
  let node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.clean_step.abort_after], ['clean wait', true]);
  world.machine(uuid).endCommand('succeeded');
  await world.agentCalls(uuid);
  node = await world.node(uuid);
  assert.equal(node.provision_state, 'clean failed');
  assert.match(node.last_error ?? '', /^By request, the clean operation was aborted after or during step deploy\.erase_devices_metadata\./);
  assert.deepEqual([node.maintenance, node.reservation, node.power_state], [false, null, 'power off']);
  await world.close();
});

test('abort of a deployment in its wait, and of a service, which goes back to active', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.verb(uuid, 'active');
  await world.verb(uuid, 'abort');
  let node = await world.node(uuid);
  assert.equal(node.provision_state, 'deploy failed');
  assert.match(node.last_error ?? '', /^By request, the deploy operation was aborted/);
  assert.ok(world.machine(uuid).calls.includes('deploy.cleanUp'));
  await world.verb(uuid, 'active');
  await world.playAgent(uuid, 'active');
  await world.verb(uuid, 'service', { serviceSteps: [{ interface: 'deploy', step: 'burnin_cpu' }] });
  assert.equal((await world.node(uuid)).provision_state, 'service wait');
  await world.verb(uuid, 'abort');
  node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.target_provision_state, node.reservation], ['active', null, null]);
  assert.ok(world.machine(uuid).calls.includes('deploy.tearDownService'));
  await world.close();
});

test('a retired node is not offered again, whether it is cleaned or not', async () => {
  for (const automated_clean of [true, false]) {
    const world = await World.open();
    await world.start();
    const uuid = await world.nodeIn('active');
    await world.store.nodes.mutate(uuid, null, () => ({ retired: true, automated_clean }));
    await world.verb(uuid, 'deleted');
    assert.equal(await world.playAgent(uuid, 'manageable'), 'manageable');
    await world.close();
  }
});

test('a failing tear down ends in error, and the instance is off the node all the same', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('active');
  await world.store.nodes.mutate(uuid, null, () => ({
    instance_info: { image_source: 'http://x/y' },
    instance_uuid: '6d6a4f6e-5f43-4f3b-9d0e-0d5d6f8b0a01',
  }));
  world.machine(uuid).faults.set('deploy.tearDown', 'fail');
  await world.verb(uuid, 'deleted');
  const node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.instance_uuid, node.instance_info, node.reservation], ['error', null, {}, null]);
  assert.match(node.last_error ?? '', /^Failed to tear down: scripted failure of deploy\.tearDown/);
  await world.close();
});

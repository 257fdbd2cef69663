import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../testing/world.ts';

test('a node being worked on that nobody holds is found and carried on', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('active');
  await world.store.nodes.mutate(uuid, null, () => ({ provision_state: 'deleting', target_provision_state: 'available' }));
  await world.advance(11);
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  await world.close();
});

test('in maintenance the state fails, the machine is not touched, and maintenance stays', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('active');
  await world.store.nodes.mutate(uuid, null, () => ({
    provision_state: 'deploying',
    target_provision_state: 'active',
    maintenance: true,
    maintenance_reason: 'fan',
  }));
  const calls = world.machine(uuid).calls.length;
  await world.advance(11);
  const node = await world.node(uuid);
  assert.deepEqual(
    [node.provision_state, node.maintenance, node.maintenance_reason, node.reservation],
    ['deploy failed', true, 'fan', null],
  );
  assert.match(node.last_error ?? '', /in maintenance/);
  assert.equal(world.machine(uuid).calls.length, calls);
  await world.close();
});

test('a node whose driver nobody has is failed too', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.mutate(uuid, null, () => ({ driver: 'gone', provision_state: 'cleaning', target_provision_state: 'available' }));
  const held = await world.store.nodes.acquireLease(uuid, { holder: 'dead-host', purpose: 'cleaning', ttlMs: 5000 });
  assert.ok('lease' in held);
  await world.advance(21);
  const node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.reservation], ['clean failed', null]);
  assert.match(node.last_error ?? '', /conductor dead-host was lost while the node was cleaning/);
  await world.close();
});

test('a pending power target of a lost conductor is cleared', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.acquireLease(uuid, { holder: 'dead-host', purpose: 'power', ttlMs: 5000 });
  await world.store.nodes.mutate(uuid, null, () => ({ target_power_state: 'power on' }));
  await world.advance(21);
  const node = await world.node(uuid);
  assert.deepEqual([node.target_power_state, node.provision_state, node.reservation], [null, 'manageable', null]);
  assert.match(node.last_error ?? '', /^Pending power operation was aborted: conductor dead-host/);
  await world.close();
});

test('work that is lost again and again fails at last', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('active');
  for (let i = 0; i < 4; i++) {
    world.crash();
    world.machine(uuid).faults.set('deploy.tearDown', 'hang');
    await world.start();
    if (i === 0) await world.verb(uuid, 'deleted');
    else await world.advance(1);
    assert.equal((await world.node(uuid)).provision_state, 'deleting', `life ${i}`);
  }
  world.crash();
  world.machine(uuid).faults.clear();
  await world.start();
  await world.advance(1);
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'error');
  assert.match(node.last_error ?? '', /lost 4 times/);
  await world.close();
});

test('the holder that lost its lease changes nothing any more, and what another did stays', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  world.machine(uuid).faults.set('management.reset_clock', 'hang');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'management', step: 'reset_clock' }] });
  const before = await world.node(uuid);
  assert.equal(before.provision_state, 'cleaning');
  // Somebody breaks the lease, as a recovery would.
  const { uuid: nodeUuid, lease_token: token } = before;
  await world.store.nodes.releaseLease({ nodeUuid, token, holder: 'c1', purpose: '', expiresAt: 0 });
  const taken = await world.store.nodes.acquireLease(uuid, { holder: 'c9', purpose: 'mine now', ttlMs: 10_000_000 });
  assert.ok('lease' in taken);
  await world.advance(700);
  const node = await world.node(uuid);
  assert.deepEqual([node.reservation, node.provision_state, node.last_error], ['c9', 'cleaning', null]);
  await world.close();
});

test('leases are renewed while work goes on', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.nodeIn('manageable');
  world.machine(uuid).faults.set('management.reset_clock', 'hang');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'management', step: 'reset_clock' }] });
  const before = await world.node(uuid);
  await world.advance(300);
  const node = await world.node(uuid);
  assert.equal(node.lease_token, before.lease_token);
  assert.ok((node.lease_expires_at ?? 0) > world.clock.now());
  await world.close();
});

test('stop: requests are refused, the register says offline, cut-off work is carried on by the next conductor', async () => {
  const world = await World.open();
  await world.start('c1');
  const uuid = await world.nodeIn('active');
  world.machine(uuid).faults.set('deploy.tearDown', 'hang');
  await world.verb(uuid, 'deleted');
  const stopped = world.conductor.stop({ drain: true });
  await world.advance(30);
  await assert.rejects(world.conductor.provision({ requestId: 'r', user: null, project: null }, uuid, { verb: 'abort' }), /is stopping/);
  assert.equal((await world.node(uuid)).reservation, 'c1', 'running work may end first');
  await world.advance(40);
  await stopped;
  const node = await world.node(uuid);
  assert.deepEqual([node.reservation, node.provision_state], [null, 'deleting']);
  assert.equal((await world.store.conductors.get('c1'))?.online, false);
  world.crash();
  await world.start('c2');
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  await world.close();
});

test('two conductors side by side: neither touches what the other does, and the register places nodes on both', async () => {
  const world = await World.open();
  await world.start('c1');
  const first = world.conductor;
  const uuid = await world.nodeIn('manageable');
  world.machine(uuid).faults.set('management.reset_clock', 'hang');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'management', step: 'reset_clock' }] });
  const before = await world.node(uuid);
  await world.start('c2');
  await world.advance(400);
  const node = await world.node(uuid);
  assert.deepEqual([node.lease_token, node.reservation, node.provision_state], [before.lease_token, 'c1', 'cleaning']);
  const hosts = new Set(
    Array.from({ length: 40 }, (_, i) =>
      first.conductorOf({ uuid: `00000000-0000-4000-8000-0000000000${10 + i}`, conductor_group: '', driver: node.driver }),
    ),
  );
  assert.deepEqual([...hosts].sort(), ['c1', 'c2']);
  await world.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './testing/world.ts';

test('a node from enrolment to use and back to the pool', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll();
  await world.verb(uuid, 'manage');
  assert.equal((await world.node(uuid)).provision_state, 'manageable');
  assert.equal((await world.node(uuid)).power_state, 'power off');
  await world.verb(uuid, 'provide');
  assert.equal((await world.node(uuid)).provision_state, 'clean wait');
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  await world.verb(uuid, 'active');
  assert.equal(await world.playAgent(uuid, 'active'), 'active');
  assert.equal((await world.node(uuid)).power_state, 'power on');
  await world.verb(uuid, 'deleted');
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  const node = await world.node(uuid);
  assert.equal(node.reservation, null);
  assert.equal(node.last_error, null);
  assert.deepEqual([...world.machine(uuid).destroyed.values()], [1, 1, 1, 1, 1]);
  const history = (await world.store.history.list(uuid, { limit: 100 })).map((row) => row.event_type);
  assert.deepEqual(history, [
    'automated_cleaning_start',
    'automated_cleaning_end',
    'deployment_start',
    'deployment_end',
    'automated_cleaning_start',
    'automated_cleaning_end',
  ]);
  await world.close();
});

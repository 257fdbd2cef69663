import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../model/errors.ts';
import { World } from '../testing/world.ts';

const step = (name: string, order: number, kind = 'deploy') => ({ interface: kind, step: name, args: {}, order });

async function scene(options: Record<string, string>): Promise<{ world: World; uuid: string }> {
  const world = await World.open({ 'conductor.automated_cleaning_step_source': 'runbook', ...options });
  await world.start();
  const uuid = await world.nodeIn('manageable');
  await world.store.nodes.mutate(uuid, null, () => ({ resource_class: 'gold', traits: ['CUSTOM_GOLD'] }));
  return { world, uuid };
}

test('automated cleaning runs the runbook, in its order, and nothing else', async () => {
  const { world, uuid } = await scene({ 'conductor.automated_cleaning_runbook': 'common' });
  const steps = [step('erase_devices', 2), step('burnin_cpu', 1), step('reset_clock', 3, 'management')];
  await world.store.runbooks.create({ name: 'common', steps, traits: ['CUSTOM_GOLD'] });
  await world.verb(uuid, 'provide');
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  assert.deepEqual(await ran(world, uuid), ['deploy.burnin_cpu', 'deploy.erase_devices', 'management.reset_clock']);
  await world.close();
});

test('a runbook without a ramdisk boots none', async () => {
  const { world, uuid } = await scene({ 'conductor.automated_cleaning_runbook_by_resource_class': 'gold:quiet' });
  await world.store.runbooks.create({
    name: 'quiet',
    steps: [step('reset_clock', 1, 'management')],
    disable_ramdisk: true,
    traits: ['CUSTOM_GOLD'],
  });
  await world.verb(uuid, 'provide');
  assert.equal((await world.node(uuid)).provision_state, 'available');
  assert.deepEqual(await ran(world, uuid), ['management.reset_clock']);
  await world.close();
});

test('the node chooses before its class, and its class before all; hybrid falls back to what is on offer', async () => {
  const { world, uuid } = await scene({
    'conductor.automated_cleaning_step_source': 'hybrid',
    'conductor.automated_cleaning_runbook_from_node': 'true',
  });
  await world.store.runbooks.create({ name: 'own', steps: [step('burnin_cpu', 1)], traits: ['CUSTOM_GOLD'] });
  await world.store.nodes.mutate(uuid, null, () => ({ driver_info: { cleaning_runbook: 'own' } }));
  await world.verb(uuid, 'provide');
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  assert.deepEqual(await ran(world, uuid), ['deploy.burnin_cpu']);
  await world.store.nodes.mutate(uuid, null, () => ({ driver_info: {} }));
  await world.verb(uuid, 'manage');
  await world.verb(uuid, 'provide');
  assert.equal(await world.playAgent(uuid, 'available'), 'available');
  assert.ok((await ran(world, uuid)).includes('deploy.erase_devices_metadata'));
  await world.close();
});

test('a runbook that is absent or not meant for the node: provide is refused, a tear down ends in clean failed with the reason', async () => {
  const { world, uuid } = await scene({ 'conductor.automated_cleaning_runbook': 'common' });
  const provide = (): Promise<void> => world.verb(uuid, 'provide');
  await assert.rejects(provide(), (error: Error) => hasCode(error, 'INVALID_PARAMETER') && /common could not be found/.test(error.message));
  const book = await world.store.runbooks.create({ name: 'common', steps: [step('burnin_cpu', 1)], traits: ['CUSTOM_OTHER'] });
  await assert.rejects(provide(), (error: Error) => hasCode(error, 'INVALID_PARAMETER') && /not meant for it/.test(error.message));
  assert.equal((await world.node(uuid)).provision_state, 'manageable');
  await world.store.runbooks.changeTraits(book.uuid, () => ['CUSTOM_GOLD']);
  await provide();
  await world.playAgent(uuid, 'available');
  await world.verb(uuid, 'active');
  await world.playAgent(uuid, 'active');
  await world.store.runbooks.delete(book.uuid);
  await world.verb(uuid, 'deleted');
  const node = await world.node(uuid);
  assert.equal(node.provision_state, 'clean failed');
  assert.match(node.last_error ?? '', /common could not be found/);
  await world.close();
});

test('denied steps of a runbook are left out, steps that nobody offers fail the cleaning', async () => {
  const { world, uuid } = await scene({
    'conductor.automated_cleaning_runbook': 'common',
    'api.disallow_clean_steps': 'deploy.erase_devices',
  });
  const steps = [step('erase_devices', 1), step('burnin_cpu', 2), step('nothing_such', 3)];
  await world.store.runbooks.create({ name: 'common', steps, traits: ['CUSTOM_GOLD'] });
  await world.verb(uuid, 'provide');
  assert.equal(await world.playAgent(uuid, 'clean failed'), 'clean failed');
  assert.match((await world.node(uuid)).last_error ?? '', /nothing_such/);
  assert.doesNotMatch((await world.node(uuid)).last_error ?? '', /erase_devices/);
  await world.close();
});

/** Clean steps in the order in which they have ended, since the node was first offered. */
async function ran(world: World, uuid: string): Promise<string[]> {
  const events = await world.store.events.since(0, 1000, { nodeUuid: uuid, kinds: ['node.step'] });
  return events.flatMap(({ data }) => (data.flow === 'clean' && data.phase === 'end' ? [String(data.step)] : []));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { RequestedStep } from '../conductor-service.ts';
import { World } from '../testing/world.ts';
import { FLOWS, stepsOf } from './flow.ts';

const template = (step: string, priority: number, args = {}) => ({ interface: 'deploy', step, args, priority });

async function scene(options: Record<string, string> = {}): Promise<{ world: World; uuid: string }> {
  const world = await World.open(options);
  await world.start();
  const uuid = await world.nodeIn('available');
  await world.store.nodes.mutate(uuid, null, () => ({
    traits: ['CUSTOM_A', 'CUSTOM_B', 'CUSTOM_C'],
    instance_info: { traits: ['CUSTOM_A', 'CUSTOM_B'] },
  }));
  return { world, uuid };
}

const names = (node: Node): string[] => stepsOf(node, FLOWS.deploy).map((step) => `${step.step} ${step.priority}`);

test('templates of the traits that the instance asks for move and remove steps; the client has the last word', async () => {
  const { world, uuid } = await scene();
  const { store } = world;
  assert.ok((await started(world, uuid)).includes('apply_settings 70'));
  await store.deployTemplates.create({ name: 'CUSTOM_A', steps: [template('apply_settings', 95)] });
  await store.deployTemplates.create({ name: 'CUSTOM_C', steps: [template('apply_settings', 3)] });
  assert.ok((await started(world, uuid)).includes('apply_settings 95'));
  await store.deployTemplates.create({ name: 'CUSTOM_B', steps: [template('reboot', 5)] });
  assert.ok((await started(world, uuid)).includes('reboot 5'));
  const own = await started(world, uuid, [{ interface: 'deploy' as const, step: 'apply_settings', args: {}, priority: 61 }]);
  assert.ok(own.includes('apply_settings 61') && !own.includes('apply_settings 95') && own.includes('reboot 5'));
  await world.close();
});

test('a template edited while a deployment runs does not change it', async () => {
  const { world, uuid } = await scene();
  const made = await world.store.deployTemplates.create({ name: 'CUSTOM_A', steps: [template('apply_settings', 0)] });
  await world.verb(uuid, 'active');
  await world.store.deployTemplates.update(made.uuid, { steps: [template('no_such_step', 90)] });
  await world.agentCalls(uuid);
  assert.ok(!names(await world.node(uuid)).some((name) => name.startsWith('apply_settings')));
  assert.equal(await world.playAgent(uuid, 'active'), 'active');
  await world.close();
});

test('templates that contradict each other are refused before anything is done; a step nobody offers fails the deployment', async () => {
  const { world, uuid } = await scene();
  const { store } = world;
  const one = await store.deployTemplates.create({ name: 'CUSTOM_A', steps: [template('apply_settings', 95)] });
  const two = await store.deployTemplates.create({ name: 'CUSTOM_B', steps: [template('apply_settings', 94)] });
  await assert.rejects(world.verb(uuid, 'active'), (error) => hasCode(error, 'DEPLOY_FAILURE') && error.status === 400);
  assert.equal((await world.node(uuid)).provision_state, 'available');
  await store.deployTemplates.delete(one.uuid);
  await store.deployTemplates.update(two.uuid, { steps: [template('no_such_step', 94)] });
  await world.verb(uuid, 'active');
  assert.equal(await world.playAgent(uuid, 'deploy failed'), 'deploy failed');
  assert.match((await world.node(uuid)).last_error ?? '', /does not support this deploy step.*no_such_step/);
  await world.close();
});

test('denied steps of templates are left out', async () => {
  const { world, uuid } = await scene({ 'api.disallow_deploy_steps': 'deploy.no_such_step' });
  await world.store.deployTemplates.create({ name: 'CUSTOM_A', steps: [template('no_such_step', 94)] });
  await world.verb(uuid, 'active');
  assert.equal(await world.playAgent(uuid, 'active'), 'active');
  await world.close();
});

/** Deploys as far as the agent's first call and answers the list; then it plays the deployment and the tear down to their ends. */
async function started(world: World, uuid: string, deploySteps: RequestedStep[] = []): Promise<string[]> {
  await world.verb(uuid, 'active', { deploySteps });
  await world.agentCalls(uuid);
  const list = names(await world.node(uuid));
  await world.playAgent(uuid, 'active');
  await world.verb(uuid, 'deleted');
  await world.playAgent(uuid, 'available');
  await world.store.nodes.mutate(uuid, null, () => ({ instance_info: { traits: ['CUSTOM_A', 'CUSTOM_B'] } }));
  return list;
}

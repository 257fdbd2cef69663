import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { configFrom } from '../../config/config-from.ts';
import { VirtualClock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { StepRecord } from '../../model/step.ts';
import type { AgentCommand } from '../agent-link/agent-client.ts';
import { FAKE_CONFIG, testNode, testRegistry, testTask } from '../testing/driver-scene.ts';
import { agentCommand, type ScriptedAgents, scriptedAgents } from '../testing/scripted-agents.ts';
import { createAgentInBand, statusOf } from './agent-in-band.ts';
import { parseAgentSteps } from './agent-steps.ts';

const STEP: StepRecord = {
  interface: 'deploy',
  step: 'erase_devices',
  priority: 10,
  argsinfo: null,
  abortable: true,
  requires_ramdisk: true,
  args: { depth: 1 },
  in_band: true,
  destroys_data: true,
};

function scene(agents: ScriptedAgents, values: Record<string, string> = {}) {
  const node = testNode({ driver_internal_info: { wrought_request: 'r1', clean_step_index: 0, hardware_manager_version: { g: '1' } } });
  const task = testTask(testRegistry(FAKE_CONFIG).compose(node), node);
  const inBand = createAgentInBand({
    agents,
    config: configFrom(values),
    clock: new VirtualClock(0),
    ramdiskParams: () => ({ 'ipa-api-url': 'http://api' }),
  });
  return { task, inBand };
}

const ran = (id: string, status: AgentCommand['status'], step = 'erase_devices'): AgentCommand =>
  agentCommand({
    name: 'execute_clean_step',
    id,
    status,
    result: status === 'succeeded' ? { clean_result: { a: 1 }, clean_step: { interface: 'deploy', step } } : null,
  });

describe('steps of the agent', () => {
  const listed = {
    clean_steps: {
      Generic: [
        { step: 'erase_devices', interface: 'deploy', priority: 10, reboot_requested: true, abortable: true },
        { step: 'nameless' },
        { step: 'x', interface: 'nothing', priority: 1 },
        { step: 'burnin_cpu', interface: 'deploy', priority: 0, argsinfo: { a: { description: 'd', required: true } } },
      ],
    },
    hardware_manager_version: { g: '1.2' },
  };

  test('are read, overridden, stored by interface', async () => {
    const agents = scriptedAgents({ 'clean.get_clean_steps': { result: listed } });
    const { task, inBand } = scene(agents, { 'deploy.erase_devices_priority': '0' });
    const steps = await inBand.getSteps(task, 'clean');
    assert.deepEqual(
      steps.map((each) => [each.step, each.priority, each.destroys_data, each.reboot_requested]),
      [
        ['erase_devices', 0, true, true],
        ['burnin_cpu', 0, false, false],
      ],
    );
    const { agent_cached_clean_steps: cached, hardware_manager_version } = task.node.driver_internal_info;
    assert.deepEqual(Object.keys(cached ?? {}), ['deploy']);
    assert.deepEqual(hardware_manager_version, { g: '1.2' });
  });

  test('an agent without the service extension offers none', async () => {
    const { task, inBand } = scene(scriptedAgents({ 'service.get_service_steps': new WroughtError('AGENT_API_ERROR', '404') }));
    assert.deepEqual(await inBand.getSteps(task, 'service'), []);
  });

  test('an answer without its keys is an error', async () => {
    const { task, inBand } = scene(scriptedAgents({ 'deploy.get_deploy_steps': { result: { deploy_steps: {} } } }));
    await assert.rejects(inBand.getSteps(task, 'deploy'), /lacks deploy_steps or hardware_manager_version/);
  });

  test('any answer is read or told apart', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ clean_steps: fc.jsonValue(), hardware_manager_version: fc.constant({}) })),
        (value) => {
          for (const step of parseAgentSteps(value, 'clean')?.steps ?? []) assert.ok(Number.isInteger(step.priority));
        },
      ),
    );
  });
});

describe('a step at the agent', () => {
  test('is sent with node, ports, versions and its arguments', async () => {
    const agents = scriptedAgents({ 'clean.execute_clean_step': { status: 'running' } });
    const { task, inBand } = scene(agents);
    await inBand.startStep(task, 'clean', STEP);
    const [{ name, params } = { name: '', params: {} }] = agents.sent;
    assert.equal(name, 'clean.execute_clean_step');
    assert.deepEqual(Object.keys(params), ['step', 'node', 'ports', 'clean_version']);
    assert.deepEqual(params.clean_version, { g: '1' });
    assert.deepEqual(params.step, {
      interface: 'deploy',
      step: 'erase_devices',
      priority: 10,
      reboot_requested: false,
      abortable: true,
      argsinfo: null,
      args: { depth: 1 },
    });
  });

  test('that runs already is not sent again', async () => {
    const agents = scriptedAgents({ 'clean.execute_clean_step': { status: 'running' } });
    const { task, inBand } = scene(agents);
    await inBand.startStep(task, 'clean', STEP);
    agents.list = [ran('1', 'running')];
    await inBand.startStep(task, 'clean', STEP);
    assert.equal(agents.sent.length, 1);
    assert.equal((await inBand.pollStep(task, 'clean', STEP)).status, 'running');
  });

  test('that succeeded in a former cleaning does not count for this one', async () => {
    const agents = scriptedAgents({ 'clean.execute_clean_step': { status: 'running' } });
    const { task, inBand } = scene(agents);
    agents.list = [ran('old', 'succeeded')];
    // The conductor died before it sent anything: nothing is known of the step.
    assert.equal((await inBand.pollStep(task, 'clean', STEP)).status, 'unknown');
    await inBand.startStep(task, 'clean', STEP);
    assert.equal((await inBand.pollStep(task, 'clean', STEP)).status, 'unknown');
    agents.list = [ran('old', 'succeeded'), ran('new', 'succeeded')];
    assert.deepEqual(await inBand.pollStep(task, 'clean', STEP), { status: 'succeeded', result: { a: 1 } });
    await task.saveInternal({ wrought_request: 'r2' });
    assert.equal((await inBand.pollStep(task, 'clean', STEP)).status, 'unknown');
  });

  test('of which a freshly booted agent knows nothing', async () => {
    const agents = scriptedAgents({ 'clean.execute_clean_step': { status: 'running' } });
    const { task, inBand } = scene(agents);
    agents.list = [ran('before', 'succeeded', 'other')];
    await inBand.startStep(task, 'clean', STEP);
    agents.list = [];
    assert.equal((await inBand.pollStep(task, 'clean', STEP)).status, 'unknown');
    agents.list = [agentCommand({ name: 'get_clean_steps', id: 'x' })];
    assert.equal((await inBand.pollStep(task, 'clean', STEP)).status, 'unknown');
  });

  test('never counts as done by anything but its own success', () => {
    const command = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      name: fc.constantFrom('execute_clean_step', 'execute_deploy_step', 'get_clean_steps'),
      status: fc.constantFrom<AgentCommand['status']>('running', 'succeeded', 'failed', 'version_mismatch', 'unknown'),
      step: fc.constantFrom('erase_devices', 'other'),
    });
    fc.assert(
      fc.property(fc.array(command), fc.constantFrom(null, '', 'a', 'b'), (list, mark) => {
        const commands = list.map((each) => ({ ...ran(each.id, each.status, each.step), name: each.name }));
        const found = statusOf(commands, mark, 'clean', STEP);
        if (mark === null) assert.equal(found.status, 'unknown');
        if (found.status !== 'succeeded') return;
        const own = list.findLast((each) => each.name === 'execute_clean_step');
        assert.deepEqual([own?.status, own?.step], ['succeeded', 'erase_devices']);
      }),
    );
  });

  test('of RAID leaves its configuration on the node', async () => {
    const { task, inBand } = scene(scriptedAgents());
    const raid = { ...STEP, interface: 'raid' as const, step: 'create_configuration' };
    await inBand.finishStep(task, 'clean', raid, { logical_disks: [{ size_gb: 1 }] });
    assert.deepEqual(task.node.raid_config, { logical_disks: [{ size_gb: 1 }], last_updated: '1970-01-01T00:00:00.000Z' });
    await assert.rejects(inBand.finishStep(task, 'clean', raid, {}), /sent no RAID configuration back/);
    await task.save({ properties: { root_device: { wwn: 'x' }, cpus: 1 } });
    await inBand.finishStep(task, 'clean', { ...raid, step: 'delete_configuration' }, {});
    assert.deepEqual([task.node.raid_config, task.node.properties], [{}, { cpus: 1 }]);
  });
});

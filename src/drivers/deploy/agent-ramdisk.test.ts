import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualClock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import { AGENT, type DirectScene, directScene as scene } from '../testing/direct-scene.ts';
import { scriptedAgents } from '../testing/scripted-agents.ts';

describe('end of the ramdisk', () => {
  /** Runs tear_down_agent while time passes. */
  async function tearDown(options: Parameters<typeof scene>[0]): Promise<DirectScene & { seconds: number }> {
    const clock = new VirtualClock(0);
    const made = scene({ ...options, clock });
    let ended = 0;
    const running = made.step('tear_down_agent').finally(() => {
      ended = clock.now();
    });
    running.catch(() => {});
    await clock.advance(120_000);
    await running;
    return { ...made, seconds: ended / 1000 };
  }

  test('the agent switches off, seen within seconds', async () => {
    const agents = scriptedAgents();
    let looks = 0;
    const base = scene();
    const power = { ...base.task.driver.power, getPowerState: async () => (++looks > 2 ? ('power off' as const) : ('power on' as const)) };
    const { task, seconds, journal } = await tearDown({ agents, driver: { power } });
    assert.deepEqual(
      agents.sent.map((each) => each.name),
      ['standby.power_off'],
    );
    assert.equal(seconds, 2.5);
    assert.deepEqual(task.powerCalls, ['power off']);
    assert.deepEqual(journal, ['ramdisk cleaned up']);
  });

  test('the agent fails to: the BMC cuts the power', async () => {
    for (const agents of [scriptedAgents(), scriptedAgents({ 'standby.power_off': new WroughtError('AGENT_API_ERROR', 'no') })]) {
      const { task, seconds } = await tearDown({ agents, node: { power_state: 'power on' } });
      assert.deepEqual(task.powerCalls, ['power off']);
      assert.ok(seconds <= 31, String(seconds));
    }
  });

  test('deploy_forces_oob_reboot: only flushed by the agent', async () => {
    const agents = scriptedAgents();
    const { task } = await tearDown({ agents, node: { driver_info: { deploy_forces_oob_reboot: true } } });
    assert.deepEqual(
      agents.sent.map((each) => each.name),
      ['standby.sync'],
    );
    assert.deepEqual(task.powerCalls, ['power off']);
  });

  test('a machine that may not be off: flushed, locked down, never powered off', async () => {
    const agents = scriptedAgents();
    agents.commands = async () => {
      throw new WroughtError('AGENT_CONNECTION_FAILED', 'gone');
    };
    const { task } = await tearDown({ agents, node: { disable_power_off: true } });
    assert.deepEqual(
      agents.sent.map((each) => each.name),
      ['standby.sync', 'system.lockdown'],
    );
    assert.deepEqual(task.powerCalls, []);
  });
});

describe('cleaning and servicing', () => {
  test('erase settings travel with the node; the ramdisk boots', async () => {
    const { direct, task, journal } = scene({ config: { 'deploy.shred_random_overwrite_iterations': '3' } });
    assert.equal(await direct.prepareCleaning(task), 'wait');
    assert.equal(task.node.driver_internal_info.agent_erase_devices_iterations, 3);
    assert.equal(task.node.driver_internal_info.agent_erase_devices_zeroize, true);
    assert.deepEqual(journal, ['network cleaning added', 'ramdisk prepared {"ipa-api-url":"http://127.0.0.1:6385"}']);
    await direct.tearDownCleaning(task);
    assert.deepEqual(task.powerCalls, ['rebooting', 'power off']);
  });

  test('fast track: no boot while the agent lives', async () => {
    const clock = new VirtualClock(0);
    const alive = { ...AGENT, agent_last_heartbeat: new Date(0).toISOString() };
    const { direct, task, step } = scene({
      clock,
      config: { 'deploy.fast_track': 'true' },
      node: { power_state: 'power on', driver_internal_info: alive },
    });
    assert.equal(await direct.prepareCleaning(task), 'done');
    await direct.prepare(task);
    assert.equal(await step('deploy'), 'done');
    assert.deepEqual(task.powerCalls, []);
  });

  test('servicing takes the instance off the network and puts it back', async () => {
    const { direct, task, journal } = scene({ node: { driver_internal_info: {} } });
    assert.equal(await direct.prepareService(task), 'wait');
    await direct.tearDownService(task);
    assert.deepEqual(journal, [
      'tenant networks off',
      'instance cleaned up',
      'network servicing added',
      'ramdisk prepared {"ipa-api-url":"http://127.0.0.1:6385"}',
      'ramdisk cleaned up',
      'network servicing removed',
      'tenant networks on',
      'instance prepared',
    ]);
    assert.deepEqual(task.powerCalls, ['power off', 'rebooting', 'power off', 'power on']);
  });

  test('a step that asks for a reboot gets a fresh ramdisk', async () => {
    const { direct, task, journal } = scene();
    await direct.inBand?.rebootRamdisk?.(task, 'clean');
    assert.deepEqual([journal.length, task.powerCalls], [1, ['rebooting']]);
  });
});

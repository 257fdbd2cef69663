import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { simulatedInventory } from '../../agent/hardware/simulated-machine.ts';
import { sceneMachine } from '../../agent/testing/agent-scene.ts';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import type { NodeDriver } from '../driver.ts';
import { FAKE_CONFIG, testNode, testRegistry, testTask } from '../testing/driver-scene.ts';
import { scriptedAgents } from '../testing/scripted-agents.ts';
import { createAgentInspect, inspectionParams } from './agent.ts';
import { readInterfaces } from './agent-interfaces.ts';

const INVENTORY = simulatedInventory(sceneMachine('/nowhere'), []);
const GIB = 1024 ** 3;

function scene(
  options: {
    config?: Record<string, string>;
    node?: Partial<Node>;
    driver?: (fake: NodeDriver, journal: string[]) => Partial<NodeDriver>;
  } = {},
) {
  const journal: string[] = [];
  const node = testNode({ power_state: 'power off', ...options.node });
  const fake = testRegistry(FAKE_CONFIG).compose(node);
  const driver: NodeDriver = {
    ...fake,
    boot: {
      ...fake.boot,
      async prepareRamdisk(_task, params) {
        journal.push(`ramdisk ${JSON.stringify(params)}`);
      },
      cleanUpRamdisk: async () => void journal.push('ramdisk cleaned up'),
    },
    management: {
      ...fake.management,
      getMacAddresses: async () => ['52:54:00:00:00:01'],
      setBootDevice: async (_task, device, persistent) => void journal.push(`boot from ${device} ${persistent}`),
    },
    ...options.driver?.(fake, journal),
  };
  const task = testTask(driver, node);
  const inspect = createAgentInspect({
    config: configFrom({ ...FAKE_CONFIG, ...options.config }),
    log: silentLogger,
    clock: new VirtualClock(0),
    agents: scriptedAgents(),
  });
  const post = async (inventory: JsonObject, plugin: JsonObject = {}): Promise<void> =>
    inspect.continueInspection?.(task, inventory, plugin);
  return { task, inspect, journal, post };
}

describe('start of the inspection', () => {
  test('ports from the BMC, ramdisk with the address to post to, power on', async () => {
    const { task, inspect, journal } = scene();
    assert.equal(await inspect.inspect(task), 'wait');
    assert.deepEqual(journal, ['ramdisk {"ipa-inspection-callback-url":"http://127.0.0.1:6385/v1/continue_inspection"}']);
    assert.deepEqual(task.powerCalls, ['power off', 'power on']);
    assert.deepEqual(
      task.ports.map((port) => port.address),
      ['52:54:00:00:00:01'],
    );
  });

  test('the words of the operator and of fast track', () => {
    const { task } = scene();
    const config = configFrom({
      'inspector.extra_kernel_params': 'a=1 quiet',
      'deploy.fast_track': 'true',
      'inspector.force_dhcp': 'true',
    });
    assert.deepEqual(inspectionParams(task, config), {
      'ipa-inspection-callback-url': 'http://127.0.0.1:6385/v1/continue_inspection',
      'ipa-api-url': 'http://127.0.0.1:6385',
      'ipa-collect-lldp': '1',
      a: '1',
      quiet: null,
    });
  });

  test('unmanaged where the boot interface cannot and the operator allows it', async () => {
    const cannot = (fake: NodeDriver): Partial<NodeDriver> => ({
      boot: { ...fake.boot, validateInspection: async () => Promise.reject(new WroughtError('UNSUPPORTED_BY_DRIVER', 'cannot')) },
    });
    const strict = scene({ driver: cannot });
    await assert.rejects(strict.inspect.validate(strict.task), /cannot/);
    await assert.rejects(strict.inspect.inspect(strict.task), /cannot/);
    const { task, inspect, journal } = scene({ driver: cannot, config: { 'inspector.require_managed_boot': 'false' } });
    await inspect.validate(task);
    await inspect.inspect(task);
    assert.deepEqual(journal, ['boot from pxe false']);
    assert.deepEqual(task.powerCalls, ['power off', 'power on']);
  });

  test('what is not built or out of order is refused', async () => {
    for (const [config, message] of [
      [{ 'inspector.keep_ports': 'present' }, /keep_ports = present is not built/],
      [{ 'inspector.hooks': 'ports' }, /"ports" needs "validate-interfaces" before it/],
      [{ 'inspector.hooks': 'fortune-teller' }, /"fortune-teller" is not built/],
    ] as const) {
      const { inspect, task } = scene({ config });
      await assert.rejects(inspect.validate(task), message);
    }
  });

  test('abort powers off and clears up', async () => {
    const { inspect, task, journal } = scene();
    await inspect.abort(task);
    assert.deepEqual([journal, task.powerCalls], [['ramdisk cleaned up'], ['power off']]);
  });
});

describe('what the ramdisk posted', () => {
  test('becomes properties, ports and inventory; logs do not go into the database', async () => {
    const { task, post, journal } = scene();
    await post(INVENTORY, { error: null, logs: 'H4sI', root_disk: { size: 100 * GIB } });
    assert.deepEqual(task.node.properties, { cpu_arch: 'x86_64', memory_mb: 16384, cpus: 8, capabilities: 'boot_mode:uefi', local_gb: 99 });
    assert.deepEqual(
      task.ports.map((port) => port.address),
      ['52:54:00:00:00:01'],
    );
    assert.deepEqual(task.inventory?.plugin_data.macs, ['52:54:00:00:00:01']);
    assert.equal(task.inventory?.plugin_data.logs, undefined);
    assert.deepEqual(journal, ['ramdisk cleaned up']);
    assert.deepEqual(task.powerCalls, ['power off']);
  });

  test('an error of the ramdisk fails the inspection, its logs are kept, the machine is left tidy', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wrought-inspect-'));
    try {
      const { task, post, journal } = scene({ config: { 'agent.deploy_logs_local_path': directory } });
      await assert.rejects(post({ interfaces: [] }, { error: 'dmidecode is missing', logs: 'H4sI' }), (error) => {
        assert.ok(hasCode(error, 'INSPECTION_FAILURE'));
        assert.match(
          error.message,
          /ramdisk-error: the ramdisk reported: dmidecode is missing; validate-interfaces: the ramdisk reported no network interface/,
        );
        return true;
      });
      assert.match((await readdir(directory)).join(), /_inspect_1970-01-01-00-00-00\.tar\.gz$/);
      assert.equal(task.inventory, null);
      assert.deepEqual([journal, task.powerCalls], [['ramdisk cleaned up'], ['power off']]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('operators choose the hooks; then nothing else is set', async () => {
    const { task, post } = scene({ config: { 'inspector.hooks': 'ramdisk-error,cpu-capabilities', 'inspector.power_off': 'false' } });
    await post(INVENTORY);
    assert.deepEqual(task.node.properties, {
      capabilities: 'cpu_vt:true,cpu_aes:true,cpu_hugepages:true,cpu_hugepages_1g:true,cpu_txt:true',
    });
    assert.deepEqual([task.ports, task.powerCalls], [[], []]);
  });

  test('the boot card alone gets a port; ports learn which one boots', async () => {
    const cards = [
      { name: 'a', mac_address: 'AA:AA:AA:AA:AA:01', ipv4_address: '10.0.0.1' },
      { name: 'b', mac_address: 'aa:aa:aa:aa:aa:02', ipv6_address: 'fe80::1%b', client_id: 'ff:00' },
      { name: 'lo', mac_address: '00:00:00:00:00:00' },
      { name: 'c', mac_address: 'nonsense' },
    ];
    const inventory = { ...INVENTORY, interfaces: cards, boot: { pxe_interface: '01-aa-aa-aa-aa-aa-02' } };
    const { task, post } = scene();
    await task.addPort('aa:aa:aa:aa:aa:01');
    await post(inventory);
    assert.deepEqual(
      task.ports.map((port) => [port.address, port.pxe_enabled, port.extra]),
      [
        ['aa:aa:aa:aa:aa:01', false, {}],
        ['aa:aa:aa:aa:aa:02', true, { 'client-id': 'ff:00' }],
      ],
    );
    const all = task.inventory?.plugin_data.all_interfaces;
    assert.ok(isJsonObject(all) && isJsonObject(all.b));
    assert.deepEqual([Object.keys(all), all.b.ipv6_address, all.b.pxe_enabled], [['a', 'b'], 'fe80::1', true]);
    const active = readInterfaces(inventory, 'active');
    assert.deepEqual(
      active.valid.map((each) => each.name),
      ['a', 'b'],
    );
  });

  test('any inventory is read or refused as a failure of the inspection', () => {
    const card = fc.record({
      name: fc.oneof(fc.string(), fc.jsonValue()),
      mac_address: fc.oneof(fc.string(), fc.constant('aa:aa:aa:aa:aa:01')),
    });
    const inventory = fc.record({ interfaces: fc.oneof(fc.jsonValue(), fc.array(card)), boot: fc.jsonValue() });
    fc.assert(
      fc.property(inventory, fc.constantFrom('pxe', 'active', 'all', 'disabled'), (value, policy) => {
        try {
          assert.ok(readInterfaces(JSON.parse(JSON.stringify(value)), policy).valid.length > 0);
        } catch (error) {
          assert.ok(hasCode(error, 'INSPECTION_FAILURE'), String(error));
        }
      }),
    );
  });
});

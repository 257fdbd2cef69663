import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import type { ImageService } from '../../image/image-service.ts';
import { type Clock, VirtualClock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import type { DeployInterface, NodeDriver } from '../driver.ts';
import { FAKE_CONFIG, type TestTask, testNode, testRegistry, testTask } from '../testing/driver-scene.ts';
import { agentCommand, type ScriptedAgents, scriptedAgents } from '../testing/scripted-agents.ts';
import { capabilities, targetBootMode } from './agent-boot-mode.ts';
import { logFileName } from './agent-logs.ts';
import { createDirectDeploy } from './direct.ts';

const IMAGE = { image_source: 'http://images/x/disk.raw?sig=1', image_checksum: 'a'.repeat(64), image_disk_format: 'raw' };
const AGENT = { agent_url: 'https://agent:9999', agent_secret_token: 't'.repeat(43) };

interface Scene {
  readonly task: TestTask;
  readonly direct: DeployInterface;
  readonly agents: ScriptedAgents;
  /** What was asked of boot, network, management and images, in order. */
  readonly journal: string[];
  step(name: string): Promise<string>;
}

function scene(
  options: {
    node?: Partial<Node>;
    agents?: ScriptedAgents;
    config?: Record<string, string>;
    clock?: Clock;
    driver?: Partial<NodeDriver>;
  } = {},
): Scene {
  const journal: string[] = [];
  const config = configFrom({ ...FAKE_CONFIG, ...options.config });
  const clock = options.clock ?? new VirtualClock(0);
  const note = (what: string) => async (): Promise<void> => void journal.push(what);
  const images: ImageService = {
    validate: note('image validated'),
    async prepare(_uuid, image, mode) {
      journal.push(`image prepared ${mode} ${image.diskFormat}`);
      return { url: 'http://files/secret', hashAlgo: 'sha256', hashValue: 'b'.repeat(64), diskFormat: 'raw', virtualSize: 5 };
    },
    release: note('image released'),
  };
  const agents = options.agents ?? scriptedAgents();
  const node = testNode({ instance_info: IMAGE, power_state: 'power off', driver_internal_info: AGENT, ...options.node });
  const fake = testRegistry(FAKE_CONFIG, { clock }).compose(node);
  const driver: NodeDriver = {
    ...fake,
    boot: {
      ...fake.boot,
      async prepareRamdisk(_task, params) {
        journal.push(`ramdisk prepared ${JSON.stringify(params)}`);
      },
      cleanUpRamdisk: note('ramdisk cleaned up'),
      prepareInstance: note('instance prepared'),
      cleanUpInstance: note('instance cleaned up'),
    },
    network: {
      ...fake.network,
      addNetwork: async (_task, phase) => void journal.push(`network ${phase} added`),
      removeNetwork: async (_task, phase) => void journal.push(`network ${phase} removed`),
      configureTenantNetworks: note('tenant networks on'),
      unconfigureTenantNetworks: note('tenant networks off'),
    },
    management: {
      ...fake.management,
      setBootDevice: async (_task, device, persistent) => void journal.push(`boot from ${device} ${persistent}`),
    },
    ...options.driver,
  };
  const task = testTask(driver, node, { clock });
  const direct = createDirectDeploy({
    config,
    log: silentLogger,
    clock,
    images,
    media: { baseUrl: '', publish: async () => '', withdraw: async () => {} },
    agents,
  });
  return {
    task,
    direct,
    agents,
    journal,
    async step(name) {
      const found = direct.steps.find((each) => each.step === name);
      assert.ok(found, name);
      return found.run(task, {});
    },
  };
}

describe('direct deployment', () => {
  test('steps, in the order and with the marks that the engine needs', () => {
    const { direct } = scene();
    assert.deepEqual(
      direct.steps.map((each) => [each.step, each.priority, each.destroysData, each.rerun]),
      [
        ['deploy', 100, false, 'safe'],
        ['write_image', 80, true, 'safe'],
        ['prepare_instance_boot', 60, false, 'safe'],
        ['tear_down_agent', 40, false, 'safe'],
        ['switch_to_tenant_network', 30, false, 'safe'],
        ['boot_instance', 20, false, 'safe'],
      ],
    );
    for (const each of direct.steps) assert.ok(each.deadlineSeconds > 0 && each.stallHint !== '');
  });

  test('prepare: network, then the ramdisk with the address of the API', async () => {
    const { direct, task, journal } = scene();
    await direct.prepare(task);
    assert.deepEqual(journal, [
      'tenant networks off',
      'network provisioning added',
      'ramdisk prepared {"ipa-api-url":"http://127.0.0.1:6385"}',
    ]);
    assert.deepEqual(task.powerCalls, ['power off']);
  });

  test('deploy: the image is ready before the machine is touched; its URL stands where the API masks it', async () => {
    const { step, task, journal } = scene();
    assert.equal(await step('deploy'), 'wait');
    assert.deepEqual(journal, ['image prepared http raw']);
    assert.deepEqual(task.powerCalls, ['rebooting']);
    assert.equal(task.node.instance_info.image_url, 'http://files/secret');
    assert.ok(!JSON.stringify(task.node.driver_internal_info).includes('secret"'));
  });

  test('deploy: an image that cannot be had leaves the machine alone', async () => {
    const { task, direct } = scene({ node: { instance_info: { ...IMAGE, image_download_source: 'local' } } });
    const images = {
      validate: async () => {},
      release: async () => {},
      prepare: async () => Promise.reject(new WroughtError('IMAGE_DOWNLOAD_FAILED', '404')),
    };
    const broken = createDirectDeploy({
      config: configFrom({}),
      log: silentLogger,
      clock: new VirtualClock(),
      images,
      media: { baseUrl: '', publish: async () => '', withdraw: async () => {} },
      agents: scriptedAgents(),
    });
    await assert.rejects(async () => broken.steps[0]?.run(task, {}), /404/);
    assert.deepEqual(task.powerCalls, []);
    assert.equal(direct.name, 'direct');
  });

  test('write_image: what the agent is told', async () => {
    const agents = scriptedAgents({ 'deploy.execute_deploy_step': { status: 'running' } });
    const { step, task } = scene({
      agents,
      node: { instance_info: { ...IMAGE, configdrive: 'H4sI' }, driver_info: { image_http_proxy: 'http://proxy' } },
    });
    await step('deploy');
    assert.equal(await step('write_image'), 'wait');
    const params = agents.sent.at(-1)?.params.step;
    assert.deepEqual(JSON.parse(JSON.stringify(params)).args, {
      image_info: {
        id: 'disk.raw',
        urls: ['http://files/secret'],
        disk_format: 'raw',
        container_format: 'bare',
        stream_raw_images: true,
        os_hash_algo: 'sha256',
        os_hash_value: 'b'.repeat(64),
        node_uuid: task.node.uuid,
        proxies: { http: 'http://proxy' },
        configdrive: 'H4sI',
      },
      configdrive: 'H4sI',
    });
  });

  test('write_image: partition images bring all their sizes', async () => {
    const agents = scriptedAgents();
    const { step } = scene({ agents, node: { instance_info: { ...IMAGE, image_type: 'partition', root_gb: 10, swap_mb: '512' } } });
    await step('deploy');
    await step('write_image');
    const { image_info: info } = JSON.parse(JSON.stringify(agents.sent.at(-1)?.params.step)).args;
    assert.deepEqual(
      [
        info.image_type,
        info.root_mb,
        info.swap_mb,
        info.ephemeral_mb,
        info.ephemeral_format,
        info.preserve_ephemeral,
        info.deploy_boot_mode,
      ],
      ['partition', 10240, 512, 0, null, false, 'uefi'],
    );
  });

  test('write_image without a prepared image says which step did not run', async () => {
    await assert.rejects(scene().step('write_image'), /the image has not been prepared \(step deploy\.deploy did not run\)/);
  });

  test('prepare_instance_boot: boot loader in UEFI mode, boot from disk for good, image let go', async () => {
    const agents = scriptedAgents({ 'standby.get_partition_uuids': { result: { 'root uuid': '0x1234' } } });
    const { step, task, journal } = scene({ agents });
    assert.equal(await step('prepare_instance_boot'), 'done');
    assert.equal(task.node.driver_internal_info.root_uuid_or_disk_id, '0x1234');
    assert.deepEqual(agents.sent.at(-1), {
      name: 'image.install_bootloader',
      params: { root_uuid: '0x1234', efi_system_part_uuid: null, prep_boot_part_uuid: null, target_boot_mode: 'uefi' },
    });
    assert.deepEqual(journal, ['boot from disk true', 'instance prepared', 'image released']);
  });

  test('prepare_instance_boot: no boot loader for whole disks in BIOS mode; Never is not for good', async () => {
    const agents = scriptedAgents();
    const { step, journal } = scene({ agents, node: { boot_mode: 'bios', driver_info: { force_persistent_boot_device: 'Never' } } });
    await step('prepare_instance_boot');
    assert.deepEqual(
      agents.sent.map((each) => each.name),
      ['standby.get_partition_uuids'],
    );
    assert.equal(journal[0], 'boot from disk false');
  });

  test('prepare_instance_boot: old agents are asked without target_boot_mode; a failure fails the step', async () => {
    const old = scriptedAgents({
      'image.install_bootloader': (params) => {
        if ('target_boot_mode' in params) throw new WroughtError('AGENT_API_ERROR', 'unknown parameter');
        return {};
      },
    });
    await scene({ agents: old }).step('prepare_instance_boot');
    assert.deepEqual(
      old.sent.slice(1).map((each) => 'target_boot_mode' in each.params),
      [true, false],
    );
    const failing = scriptedAgents({ 'image.install_bootloader': { status: 'failed', error: 'no ESP' } });
    await assert.rejects(
      scene({ agents: failing }).step('prepare_instance_boot'),
      (error) => hasCode(error, 'DEPLOY_FAILURE') && /failed to install a bootloader when deploying \(uefi\): no ESP/.test(error.message),
    );
  });

  test('network and power of the instance', async () => {
    const { step, task, journal } = scene();
    await step('switch_to_tenant_network');
    await step('boot_instance');
    assert.deepEqual(journal, ['network provisioning removed', 'tenant networks on']);
    assert.deepEqual(task.powerCalls, ['power on']);
  });

  test('boot from volume: no image, no agent', async () => {
    const base = scene();
    const { direct, task, journal, step, agents } = scene({
      node: { instance_info: {} },
      driver: { storage: { ...base.task.driver.storage, shouldWriteImage: () => false } },
    });
    await direct.validate(task);
    await direct.prepare(task);
    for (const name of ['deploy', 'write_image', 'prepare_instance_boot']) assert.equal(await step(name), 'done');
    assert.deepEqual(agents.sent, []);
    assert.ok(!journal.some((each) => each.startsWith('image prepared')));
  });

  test('clean up removes what was prepared, and may be repeated', async () => {
    const { direct, task, journal, step } = scene();
    await step('deploy');
    journal.length = 0;
    await direct.cleanUp(task);
    await direct.cleanUp(task);
    assert.deepEqual(journal.slice(0, 3), ['image released', 'ramdisk cleaned up', 'instance cleaned up']);
    assert.deepEqual([task.node.instance_info.image_url, task.node.driver_internal_info.wrought_prepared_image], [undefined, undefined]);
  });
});

describe('end of the ramdisk', () => {
  /** Runs tear_down_agent while time passes. */
  async function tearDown(options: Parameters<typeof scene>[0]): Promise<Scene & { seconds: number }> {
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

describe('validation', () => {
  const refusals: [JsonObject, Partial<Node>, RegExp][] = [
    [{ image_source: undefined }, {}, /Some parameters were missing\. Missing are: \['instance_info\.image_source'\]/],
    [{ image_type: 'partition' }, {}, /Missing are: \['instance_info\.root_gb'\]/],
    [{ image_type: 'partition', root_gb: 'ten' }, {}, /"ten" is not an integer/],
    [{ image_checksum: undefined }, {}, /image_checksum, or image_os_hash_algo and image_os_hash_value, must be provided/],
    [{ image_os_hash_algo: 'sha256' }, {}, /must be given together/],
    [{ boot_iso: 'http://x' }, {}, /mutually exclusive/],
    [{ image_type: 'tape' }, {}, /image_type: "tape"/],
    [{ image_download_source: 'carrier pigeon' }, {}, /carrier pigeon/],
    [{ image_download_source: 'swift' }, {}, /swift is not built/],
    [{ root_device: { colour: 'red' } }, {}, /instance_info\.root_device: root device hint "colour" is unknown/],
    [{}, { properties: { root_device: { size: 'x' } } }, /properties\.root_device/],
    [{}, { driver_info: { image_http_proxy: 'ftp://p' } }, /image_http_proxy must be an http or https URL/],
  ];
  test('good', async () => {
    const { direct, task, journal } = scene();
    await direct.validate(task);
    assert.deepEqual(journal, ['image validated']);
  });

  test('bad, each with its reason', async () => {
    for (const [info, patch, message] of refusals) {
      const { direct, task, journal } = scene({ node: { instance_info: { ...IMAGE, ...info }, ...patch } });
      await assert.rejects(direct.validate(task), message);
      assert.deepEqual(journal, []);
    }
  });
});

describe('small parts', () => {
  test('boot mode', () => {
    const mode = (patch: Partial<Node>): string => targetBootMode(testNode(patch), configFrom({ 'deploy.default_boot_mode': 'bios' }));
    assert.equal(mode({}), 'bios');
    assert.equal(mode({ boot_mode: 'uefi' }), 'uefi');
    assert.equal(mode({ boot_mode: 'uefi', properties: { capabilities: 'a:b,boot_mode:bios' } }), 'bios');
    assert.equal(
      mode({ instance_info: { capabilities: '{"secure_boot": "true"}' }, properties: { capabilities: 'boot_mode:bios' } }),
      'uefi',
    );
    assert.deepEqual(capabilities('{broken'), {});
  });

  test('logs: stored under a name that leads nowhere else, and never a failure', async () => {
    const node = testNode({ name: '../../etc', instance_uuid: 'i' });
    assert.equal(logFileName(node, 'cleaning', 0), `${node.uuid}_..-..-etc_i_cleaning_1970-01-01-00-00-00.tar.gz`);
    const directory = await mkdtemp(join(tmpdir(), 'wrought-logs-'));
    try {
      const agents = scriptedAgents({ 'log.collect_system_logs': { result: { system_logs: Buffer.from('archive').toString('base64') } } });
      const { direct, task } = scene({ agents, config: { 'agent.deploy_logs_local_path': join(directory, 'new') } });
      await direct.inBand?.collectLogs(task, '');
      const [file] = await readdir(join(directory, 'new'));
      assert.equal(await readFile(join(directory, 'new', file ?? ''), 'utf8'), 'archive');
      const broken = scene({ agents: scriptedAgents({ 'log.collect_system_logs': new WroughtError('AGENT_CONNECTION_FAILED', 'x') }) });
      await broken.direct.inBand?.collectLogs(broken.task, '');
      const never = scene({ config: { 'agent.deploy_logs_collect': 'never' } });
      await never.direct.inBand?.collectLogs(never.task, '');
      assert.deepEqual(never.agents.sent, []);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('the properties of the interface are described', () => {
    assert.ok('deploy_forces_oob_reboot' in scene().direct.properties);
    assert.equal(agentCommand({ name: 'x' }).status, 'succeeded');
  });
});

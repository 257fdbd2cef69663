import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { IMAGE, directScene as scene } from '../testing/direct-scene.ts';
import { scriptedAgents } from '../testing/scripted-agents.ts';
import { createDirectDeploy } from './direct.ts';

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

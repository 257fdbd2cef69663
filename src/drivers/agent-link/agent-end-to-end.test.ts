import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAgentCertificate } from '../../agent/agent-certificate.ts';
import { AGENT_VERSION } from '../../agent/start-agent.ts';
import { NODE_UUID, startAgentScene, TOKEN } from '../../agent/testing/agent-scene.ts';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { systemClock } from '../../model/clock.ts';
import { hasCode } from '../../model/errors.ts';
import { isJsonObject } from '../../model/json.ts';
import { connect, ended, MIB, NODE_RECORD } from '../testing/agent-dialogue.ts';
import { createAgentClient } from './agent-client.ts';

describe('agent and agent client', () => {
  test('lookup, heartbeat over the own certificate, steps', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    const [beat] = scene.conductor.heartbeats;
    assert.equal(scene.conductor.lookups[0]?.searchParams.get('addresses'), '52:54:00:00:00:01');
    assert.equal(beat?.agent_version, AGENT_VERSION);
    assert.equal(beat?.agent_token, TOKEN);
    assert.match(beat?.callback_url ?? '', /^https:\/\/127\.0\.0\.1:\d+$/);
    const steps = await client.run(node, 'deploy.get_deploy_steps', { node: NODE_RECORD, ports: [] });
    assert.ok(isJsonObject(steps.deploy_steps));
    assert.deepEqual(Object.keys(steps.deploy_steps), ['SimulatedHardwareManager', 'WroughtAgent']);
    assert.deepEqual(steps.hardware_manager_version, { SimulatedHardwareManager: '1.0', wrought_agent: AGENT_VERSION });
    const listed = await client.commands(node);
    assert.deepEqual(
      listed.map((each) => [each.name, each.status]),
      [['get_deploy_steps', 'succeeded']],
    );
    await client.close();
  });

  test('another certificate is not trusted', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    const other = await createAgentCertificate('127.0.0.1', Date.now());
    const wrong = { ...node, driver_internal_info: { ...node.driver_internal_info, agent_verify_ca: other.certificate } };
    await assert.rejects(client.commands(wrong), (error) => hasCode(error, 'AGENT_CONNECTION_FAILED') && !error.message.includes(TOKEN));
    await client.close();
  });

  test('a wrong token is refused, and no message shows one', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    const wrong = {
      ...node,
      driver_internal_info: { ...node.driver_internal_info, agent_secret_token: 'wrong-token-wrong-token-wrong-token' },
    };
    await assert.rejects(
      client.run(wrong, 'standby.sync', {}),
      (error) => hasCode(error, 'AGENT_API_ERROR') && /401/.test(error.message) && !/wrong-token/.test(error.message),
    );
    assert.deepEqual(await client.commands(node), []);
    await client.close();
  });

  test('an agent that is not there: the message names the node and hides the token', async () => {
    const client = createAgentClient({ config: configFrom({}), clock: systemClock, log: silentLogger });
    const node = {
      uuid: NODE_UUID,
      driver_info: {},
      driver_internal_info: { agent_url: 'https://127.0.0.1:1', agent_secret_token: TOKEN },
    };
    await assert.rejects(client.command(node, 'standby.sync', {}), (error) => {
      assert.ok(hasCode(error, 'AGENT_CONNECTION_FAILED'));
      assert.match(error.message, new RegExp(`node ${NODE_UUID}: agent command standby.sync: no answer in 3 tries`));
      assert.ok(!error.message.includes(TOKEN));
      return true;
    });
    await client.close();
  });

  test('plain HTTP with an old API', async () => {
    await using scene = await startAgentScene({ version: '1.62' });
    const { client, node } = await connect(scene);
    assert.match(scene.conductor.heartbeats[0]?.callback_url ?? '', /^http:/);
    assert.equal(scene.conductor.heartbeats[0]?.agent_verify_ca, undefined);
    assert.equal((await client.run(node, 'poll.get_hardware_info', {})).hostname, 'scene');
    await client.close();
  });
});

describe('other commands', () => {
  test('a forced heartbeat follows the end of an asynchronous command', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    await client.command(node, 'standby.power_off', {});
    await scene.conductor.heartbeatNumber(2);
    assert.equal(scene.powered.off, 1);
    await client.close();
  });

  test('erasing really erases, both disks', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    for (const name of ['/dev/sda', '/dev/sdb']) {
      const disk = await scene.disk(name);
      await disk.write(64 * MIB, Buffer.from('secret of the former tenant'));
      await disk.close();
    }
    await client.command(node, 'clean.execute_clean_step', {
      step: { interface: 'deploy', step: 'erase_devices' },
      node: NODE_RECORD,
      ports: [],
      clean_version: { SimulatedHardwareManager: '1.0', wrought_agent: AGENT_VERSION },
    });
    const done = await ended(client, node);
    assert.deepEqual(done.result, {
      clean_result: { '/dev/sda': null, '/dev/sdb': null },
      clean_step: { interface: 'deploy', step: 'erase_devices' },
    });
    for (const name of ['/dev/sda', '/dev/sdb']) {
      const disk = await scene.disk(name);
      assert.ok(
        (await disk.read(64 * MIB, 4096)).every((byte) => byte === 0),
        name,
      );
      await disk.close();
    }
    await client.close();
  });

  test('another hardware manager version is a mismatch, not a failure', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    const params = {
      step: { interface: 'deploy', step: 'erase_devices' },
      node: NODE_RECORD,
      ports: [],
      clean_version: { SimulatedHardwareManager: '0.9' },
    };
    await client.command(node, 'clean.execute_clean_step', params);
    assert.equal((await ended(client, node)).status, 'version_mismatch');
    await client.close();
  });

  test('boot loader, logs, RAID, flow, bootc, unknown things', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    const boot = { root_uuid: '0x1', efi_system_part_uuid: null, prep_boot_part_uuid: null, target_boot_mode: 'uefi' };
    await client.command(node, 'image.install_bootloader', boot);
    assert.equal((await ended(client, node)).status, 'succeeded');
    assert.deepEqual(scene.bootloaders, [boot]);
    assert.match(String((await client.run(node, 'log.collect_system_logs', {})).system_logs), /^H4sI/);
    const raid = { logical_disks: [{ raid_level: '1', size_gb: 'MAX', controller: 'software' }] };
    await client.command(node, 'clean.execute_clean_step', {
      step: { interface: 'raid', step: 'create_configuration' },
      node: { ...NODE_RECORD, target_raid_config: raid },
      ports: [],
    });
    assert.deepEqual((await ended(client, node)).result?.clean_result, raid);
    await client.command(node, 'flow.start_flow', { flow: [{ 'standby.sync': {} }, { 'image.install_bootloader': { root_uuid: null } }] });
    assert.equal((await ended(client, node)).status, 'succeeded');
    assert.equal(scene.bootloaders.length, 2);
    await client.command(node, 'standby.execute_bootc_install', { image_source: 'oci://x/y' });
    assert.match((await ended(client, node)).error ?? '', /no container runtime/);
    await assert.rejects(client.command(node, 'nothing.here', {}), /404: extension "nothing" is not part/);
    await assert.rejects(client.command(node, 'standby.dance', {}), /400: extension standby has no command "dance"/);
    await assert.rejects(client.command(node, 'standby.sync', { loud: true }), /400: standby.sync: unknown parameters: loud/);
    await assert.rejects(client.command(node, 'standby.prepare_image', { image_info: {} }), /400: image_info: id is missing/);
    await client.close();
  });

  test('rescue takes a hash, then the API closes; lockdown too', async () => {
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    await assert.rejects(
      client.run(node, 'rescue.finalize_rescue', { rescue_password: 'clear', hashed: false }),
      /clear text is not taken/,
    );
    await client.run(node, 'rescue.finalize_rescue', { rescue_password: '$5$salt$abcdefgh', hashed: true });
    assert.deepEqual(scene.rescueHashes, ['$5$salt$abcdefgh']);
    assert.equal(await scene.agent.ended, 'rescue finalized');
    await assert.rejects(client.commands(node), (error) => hasCode(error, 'AGENT_CONNECTION_FAILED'));
    await client.close();
    await using other = await startAgentScene();
    const second = await connect(other);
    await second.client.run(second.node, 'system.lockdown', {});
    assert.equal(await other.agent.ended, 'locked down');
    await second.client.close();
  });
});

describe('life of the agent', () => {
  test('inspection, then lookup with the uuid it brought', async () => {
    await using scene = await startAgentScene({
      before: (conductor) => conductor.refuse.lookup.push(404),
      parameters: { 'ipa-inspection-collectors': 'default,logs', 'ipa-lookup-interval': '0' },
    });
    await scene.conductor.heartbeatNumber(1);
    const [data] = scene.conductor.inspections;
    assert.equal(data?.error, null);
    assert.ok(isJsonObject(data?.inventory));
    assert.equal(scene.conductor.lookups.length, 2);
    assert.equal(scene.conductor.lookups[0]?.searchParams.get('node_uuid'), NODE_UUID);
  });

  test('inspection alone, without an API: no lookup', async () => {
    const scene = await startAgentScene({ parameters: { 'ipa-api-url': '' } });
    await scene.agent.stop();
    assert.equal(await scene.agent.ended, 'stopped');
    assert.equal(scene.conductor.lookups.length, 0);
    await scene[Symbol.asyncDispose]();
  });

  test('a token that was given out before and is not known here ends the agent; one made in advance serves', async () => {
    await using scene = await startAgentScene({ token: '******' });
    assert.match(await scene.agent.ended, /the token was given out before/);
    await using known = await startAgentScene({ token: '******', parameters: { 'ipa-agent-token': TOKEN } });
    assert.equal((await known.conductor.heartbeatNumber(1)).agent_token, TOKEN);
  });
});

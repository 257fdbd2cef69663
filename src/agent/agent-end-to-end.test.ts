import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { configFrom } from '../config/config-from.ts';
import { silentLogger } from '../config/logger.ts';
import { type AgentClient, type AgentCommand, type AgentNode, createAgentClient } from '../drivers/agent-link/agent-client.ts';
import { buildConfigDrive, encodeConfigDrive } from '../image/config-drive.ts';
import { readGpt } from '../image/gpt.ts';
import { systemClock } from '../model/clock.ts';
import { hasCode } from '../model/errors.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { createAgentCertificate } from './agent-certificate.ts';
import { AGENT_VERSION } from './start-agent.ts';
import { type AgentScene, GIB, NODE_UUID, startAgentScene, TOKEN } from './testing/agent-scene.ts';
import { sha256, startImageServer } from './testing/image-server.ts';
import { asQcow2, smallDiskImage } from './testing/small-images.ts';

const MIB = 1024 * 1024;
const NODE_RECORD = { uuid: NODE_UUID, properties: {}, instance_info: {}, driver_internal_info: {} };

/** The conductor's client and what it knows of the node after the first heartbeat. */
async function connect(scene: AgentScene): Promise<{ client: AgentClient; node: AgentNode }> {
  const beat = await scene.conductor.heartbeatNumber(1);
  const client = createAgentClient({ config: configFrom({}), clock: systemClock, log: silentLogger });
  const node = {
    uuid: NODE_UUID,
    driver_info: {},
    driver_internal_info: {
      agent_url: beat.callback_url,
      agent_secret_token: TOKEN,
      ...(beat.agent_verify_ca === undefined ? {} : { agent_verify_ca: beat.agent_verify_ca }),
    },
  };
  return { client, node };
}

async function ended(client: AgentClient, node: AgentNode): Promise<AgentCommand> {
  for (;;) {
    const last = (await client.commands(node)).at(-1);
    assert.ok(last);
    if (last.status !== 'running') return last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function writeStep(imageInfo: JsonObject, configdrive: string | null = null, node: JsonObject = NODE_RECORD): JsonObject {
  return {
    step: { interface: 'deploy', step: 'write_image', args: { image_info: { id: 'image', ...imageInfo }, configdrive } },
    node,
    ports: [],
    deploy_version: null,
  };
}

/** Sends write_image and answers how it ended. */
async function write(
  scene: AgentScene,
  imageInfo: JsonObject,
  configdrive: string | null = null,
  record: JsonObject = NODE_RECORD,
): Promise<AgentCommand> {
  const { client, node } = await connect(scene);
  try {
    const sent = await client.command(node, 'deploy.execute_deploy_step', writeStep(imageInfo, configdrive, record));
    assert.equal(sent.status, 'running');
    return await ended(client, node);
  } finally {
    await client.close();
  }
}

async function startsWithZeros(scene: AgentScene, disk: string): Promise<void> {
  const device = await scene.disk(disk);
  assert.ok(
    (await device.read(0, MIB)).every((byte) => byte === 0),
    'the first MiB must be empty, so that nothing boots',
  );
  assert.equal(await readGpt(device), null);
  await device.close();
}

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

describe('write_image', () => {
  test('raw, with config drive: byte for byte, table repaired, config drive last', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/image.raw': { content: image } });
    await using scene = await startAgentScene();
    const drive = await buildConfigDrive({ meta_data: { hello: 'world' } }, { uuid: NODE_UUID });
    const done = await write(
      scene,
      {
        urls: [`${server.url}/image.raw`],
        disk_format: 'raw',
        stream_raw_images: true,
        os_hash_algo: 'sha256',
        os_hash_value: sha256(image),
      },
      await encodeConfigDrive(drive),
    );
    assert.equal(done.error, null);
    assert.deepEqual(done.result?.deploy_result, { result: 'image (image) written to device /dev/sda root_uuid=0x12345678' });
    const disk = await scene.disk('/dev/sda');
    assert.ok((await disk.read(MIB, 6 * MIB)).equals(image.subarray(MIB, 7 * MIB)));
    const table = await readGpt(disk);
    assert.deepEqual(table?.problems, []);
    const last = table?.partitions.at(-1);
    assert.equal(last?.name, 'config-2');
    assert.ok((await disk.read((last?.firstLba ?? 0) * 512, drive.length)).equals(drive));
    await disk.close();
    const { client, node } = await connect(scene);
    assert.deepEqual(await client.run(node, 'standby.get_partition_uuids', {}), { 'root uuid': '0x12345678' });
    await client.close();
  });

  test('qcow2: converted, byte for byte; the temporary file is gone', async () => {
    const disk = await smallDiskImage();
    const image = asQcow2(disk);
    await using server = await serve({ '/image.qcow2': { content: image, chunked: true } });
    await using scene = await startAgentScene();
    const done = await write(scene, { urls: [`${server.url}/image.qcow2`], disk_format: 'qcow2', checksum: sha256(image) });
    assert.equal(done.error, null);
    const device = await scene.disk('/dev/sda');
    assert.ok((await device.read(MIB, 6 * MIB)).equals(disk.subarray(MIB, 7 * MIB)));
    assert.deepEqual((await readGpt(device))?.problems, []);
    await device.close();
    assert.deepEqual(
      (await readdir(scene.directory)).filter((name) => name.startsWith('wrought-image')),
      [],
    );
  });

  test('a used disk carries nothing of its former content where the image has zeros', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/i': { content: image } });
    await using scene = await startAgentScene({ node: {} });
    await scene.conductor.heartbeatNumber(1);
    const used = await scene.disk('/dev/sdb');
    await used.write(0, Buffer.alloc(16 * MIB, 0xab));
    await used.close();
    const hints = { ...NODE_RECORD, instance_info: { root_device: { serial: 's== serial-1' } } };
    const done = await write(scene, { urls: [`${server.url}/i`], disk_format: 'raw', checksum: sha256(image) }, null, hints);
    assert.equal(done.error, null);
    const disk = await scene.disk('/dev/sdb');
    assert.ok((await disk.read(MIB, 6 * MIB)).equals(image.subarray(MIB, 7 * MIB)));
    await disk.close();
  });

  test('a checksum from a checksum file', async () => {
    const image = await smallDiskImage();
    await using server = await serve({
      '/d/image.raw': { content: image },
      '/d/SHA256SUMS': { content: Buffer.from(`${'0'.repeat(64)}  other.raw\n${sha256(image)} *image.raw\n`) },
    });
    await using scene = await startAgentScene();
    const done = await write(scene, { urls: [`${server.url}/d/image.raw`], disk_format: 'raw', checksum: `${server.url}/d/SHA256SUMS` });
    assert.equal(done.error, null);
  });

  test('a wrong checksum fails and leaves nothing that boots, raw and qcow2', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/r': { content: image }, '/q': { content: asQcow2(image) } });
    for (const [path, format] of [
      ['/r', 'raw'],
      ['/q', 'qcow2'],
    ] as const) {
      await using scene = await startAgentScene();
      const done = await write(scene, { urls: [`${server.url}${path}`], disk_format: format, checksum: 'a'.repeat(64) });
      assert.equal(done.status, 'failed');
      assert.equal(done.errorType, 'ImageChecksumError');
      assert.match(done.error ?? '', new RegExp(`has sha256 [0-9a-f]{64}, expected was ${'a'.repeat(64)}`));
      await startsWithZeros(scene, '/dev/sda');
    }
  });

  test('a truncated image is tried again, then fails and leaves nothing that boots', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/i': { content: image, cutAfter: 3 * MIB } });
    await using scene = await startAgentScene();
    const done = await write(scene, { urls: [`${server.url}/i`], disk_format: 'raw', checksum: sha256(image) });
    assert.equal(done.errorType, 'ImageDownloadError');
    assert.match(done.error ?? '', /broke off after \d+ of 8388608 bytes|ended after \d+ of 8388608 bytes/);
    assert.equal(server.requests.length, 2);
    await startsWithZeros(scene, '/dev/sda');
  });

  test('the next URL is taken where one is refused', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/gone': { content: image, status: 404 }, '/i': { content: image } });
    await using scene = await startAgentScene();
    const done = await write(scene, { urls: [`${server.url}/gone`, `${server.url}/i`], disk_format: 'raw', checksum: sha256(image) });
    assert.equal(done.error, null);
    assert.deepEqual(server.requests, ['/gone', '/i']);
  });

  test('a disk too small is named with both sizes, raw and qcow2', async () => {
    const image = await smallDiskImage();
    const big = asQcow2(image);
    big.writeBigUInt64BE(BigInt(6 * GIB), 24);
    big.writeUInt32BE(12, 36);
    await using server = await serve({ '/q': { content: big } });
    await using scene = await startAgentScene({ sizes: [5 * GIB] });
    const done = await write(scene, { urls: [`${server.url}/q`], disk_format: 'qcow2', checksum: sha256(big) });
    assert.equal(done.errorType, 'ImageWriteError');
    assert.match(
      done.error ?? '',
      new RegExp(`needs ${6 * GIB} bytes or more, but the disk /dev/sda \\(serial SERIAL-0\\) has ${5 * GIB} bytes`),
    );
    const hints = { ...NODE_RECORD, properties: { root_device: { name: '/dev/sdb' } } };
    await using tiny = await startAgentScene({ sizes: [5 * GIB, 4 * MIB] });
    await using raw = await serve({ '/r': { content: image } });
    const small = await write(tiny, { urls: [`${raw.url}/r`], disk_format: 'raw', checksum: sha256(image) }, null, hints);
    assert.match(small.error ?? '', /needs 8388608 bytes or more, but the disk \/dev\/sdb \(serial SERIAL-1\) has 4194304 bytes/);
  });

  test('refused: no checksum, unknown hints, no fitting disk, partition image, too large for the temporary store, garbage config drive', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/i': { content: image } });
    await using scene = await startAgentScene({ tempLimit: MIB });
    const good = { urls: [`${server.url}/i`], disk_format: 'raw', checksum: sha256(image) };
    const noChecksum = await write(scene, { urls: good.urls, disk_format: 'raw' });
    assert.deepEqual([noChecksum.errorType, /checksum is missing/.test(noChecksum.error ?? '')], ['InvalidCommandParamsError', true]);
    const hints = await write(scene, good, null, { ...NODE_RECORD, properties: { root_device: { colour: 'red' } } });
    assert.match(hints.error ?? '', /hint "colour" is unknown/);
    const none = await write(scene, good, null, { ...NODE_RECORD, properties: { root_device: { serial: 'nope' } } });
    assert.match(
      none.error ?? '',
      /no disk matches .*"nope".*found: \/dev\/sda \(serial SERIAL-0, 5\.0 GiB\), \/dev\/sdb \(serial SERIAL-1, 8\.0 GiB\)/,
    );
    assert.equal((await write(scene, { ...good, image_type: 'partition' })).errorType, 'InvalidImage');
    assert.equal((await write(scene, { ...good, disk_format: 'qcow2' })).errorType, 'ImageDownloadOutofSpaceError');
    const drive = await write(scene, good, 'not!base64');
    assert.match(drive.error ?? '', /config drive/);
    const bomb = await write(scene, good, gzipSync(Buffer.alloc(65 * MIB)).toString('base64'));
    assert.match(bomb.error ?? '', /config drive/);
  });

  test('declared raw but qcow2, and declared qcow2 but raw', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/r': { content: image }, '/q': { content: asQcow2(image) } });
    await using scene = await startAgentScene();
    const one = await write(scene, { urls: [`${server.url}/q`], disk_format: 'raw', checksum: sha256(asQcow2(image)) });
    assert.deepEqual([one.errorType, /is a qcow2 image/.test(one.error ?? '')], ['InvalidImage', true]);
    const two = await write(scene, { urls: [`${server.url}/r`], disk_format: 'qcow2', checksum: sha256(image) });
    assert.equal(two.errorType, 'InvalidImage');
    await startsWithZeros(scene, '/dev/sda');
  });

  test('a disk error fails the step; what was written does not boot', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/i': { content: image } });
    let broken = true;
    await using scene = await startAgentScene({
      hooks: {
        beforeWrite(_disk, offset, length) {
          if (broken && offset <= 6 * MIB && offset + length > 6 * MIB && length < 100 * MIB) throw new Error('Input/output error');
        },
      },
    });
    const done = await write(scene, { urls: [`${server.url}/i`], disk_format: 'raw', checksum: sha256(image) });
    assert.deepEqual([done.errorType, done.error], ['ImageWriteError', 'Input/output error']);
    broken = false;
    await startsWithZeros(scene, '/dev/sda');
  });

  test('died in the middle: the client finds nobody, the disk does not boot', async () => {
    const image = await smallDiskImage();
    await using server = await serve({ '/i': { content: image, stallAfter: 4 * MIB } });
    await using scene = await startAgentScene();
    const { client, node } = await connect(scene);
    await client.command(
      node,
      'deploy.execute_deploy_step',
      writeStep({ urls: [`${server.url}/i`], disk_format: 'raw', checksum: sha256(image) }),
    );
    for (;;) {
      const [command] = await client.commands(node);
      if ((command?.progress?.done ?? 0) >= 4 * MIB) {
        assert.equal(command?.progress?.total, image.length);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await assert.rejects(
      client.command(node, 'standby.sync', {}),
      (error) => hasCode(error, 'AGENT_IN_PROGRESS') && /execute_deploy_step/.test(error.message),
    );
    await scene.agent.stop();
    assert.equal(await scene.agent.ended, 'stopped');
    await assert.rejects(client.commands(node), (error) => hasCode(error, 'AGENT_CONNECTION_FAILED'));
    await startsWithZeros(scene, '/dev/sda');
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

async function serve(
  files: Parameters<typeof startImageServer>[0],
): Promise<Awaited<ReturnType<typeof startImageServer>> & AsyncDisposable> {
  const server = await startImageServer(files);
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { GIB, NODE_UUID, startAgentScene } from '../../agent/testing/agent-scene.ts';
import { sha256 } from '../../agent/testing/image-server.ts';
import { asQcow2, smallDiskImage } from '../../agent/testing/small-images.ts';
import { buildConfigDrive, encodeConfigDrive } from '../../image/config-drive.ts';
import { readGpt } from '../../image/gpt.ts';
import { hasCode } from '../../model/errors.ts';
import { connect, MIB, NODE_RECORD, serve, startsWithZeros, write, writeStep } from '../testing/agent-dialogue.ts';

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

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFileServer } from '../../src/boot/file-server.ts';
import { silentLogger } from '../../src/config/logger.ts';
import { openFileDevice } from '../../src/image/file-device.ts';
import { readGpt } from '../../src/image/gpt.ts';
import { systemClock } from '../../src/model/clock.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { startRack } from '../../src/sim/start-rack.ts';
import { diskImage } from '../../src/sim/testing/disk-image.ts';
import { at } from '../../src/sim/testing/quick-rack.ts';
import { startIronic } from './ironic-process.ts';

/** The peer notices a power-on late, and refuses inspection data that come before. */
const DELAYS = { powerOn: 300, powerOff: 300, gracefulShutdown: 200, post: 300, ramdiskBoot: 7000, diskBoot: 200, task: 200 };
const ESP_BYTES = 1_474_560;

test('OpenStack Ironic takes a simulated machine from its BMC address to a running system and back, by this project’s agent', async () => {
  await using scope = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'wrought-peer-'));
  scope.defer(() => rm(dir, { recursive: true, force: true }));
  const ramdisk = join(dir, 'ramdisk');
  const http = join(dir, 'http');
  for (const each of [ramdisk, http]) await mkdir(each);
  await writeFile(join(ramdisk, 'kernel'), 'kernel of the simulated ramdisk\n');
  await writeFile(join(ramdisk, 'initramfs'), 'initramfs of the simulated ramdisk\n');
  await writeFile(join(ramdisk, 'esp.img'), Buffer.alloc(ESP_BYTES));
  const image = await diskImage();
  await writeFile(join(http, 'image.raw'), image.bytes);
  const files = await startFileServer({ host: '127.0.0.1', port: 0, root: http, log: silentLogger });
  scope.defer(() => files.close());
  const rack = await startRack({
    machines: 1,
    seed: 'peer',
    dataDir: join(dir, 'rack'),
    disks: [{ size: 6 * 1024 ** 3 }],
    delays: DELAYS,
    clock: systemClock,
    log: silentLogger,
  });
  scope.defer(() => rack.close());
  const ironic = scope.use(await startIronic(dir, { ramdisk, http, httpUrl: files.url }));
  const machine = rack.machine(0);
  const [described] = rack.describe().machines;
  assert.ok(described);

  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: JsonObject }> => {
    const answer = await fetch(`${ironic.apiUrl}${path}`, {
      method,
      headers: { 'x-openstack-ironic-api-version': '1.95', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return { status: answer.status, body: isJsonObject(value) ? value : {} };
  };
  const { redfish } = described;
  const created = await call('POST', '/v1/nodes', {
    name: machine.name,
    driver: 'redfish',
    inspect_interface: 'agent',
    driver_info: {
      redfish_address: redfish.address,
      redfish_system_id: redfish.system_id,
      redfish_username: redfish.username,
      redfish_password: redfish.password,
    },
    properties: { capabilities: 'boot_mode:uefi' },
    instance_info: {
      image_source: `${files.url}/image.raw`,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: image.sha256,
      image_disk_format: 'raw',
    },
  });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const node = `/v1/nodes/${String(created.body.uuid)}`;
  for (const address of described.macs)
    assert.equal((await call('POST', '/v1/ports', { node_uuid: created.body.uuid ?? null, address })).status, 201);

  const go = async (target: string, wanted: string, body: JsonObject = {}): Promise<JsonObject> => {
    const accepted = await call('PUT', `${node}/states/provision`, { target, ...body });
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    const limit = Date.now() + 120_000;
    let left = false;
    while (Date.now() < limit) {
      const { body: now } = await call('GET', node);
      left ||= now.provision_state !== wanted || now.target_provision_state !== null;
      if (left && now.provision_state === wanted && now.reservation === null && now.target_provision_state === null) return now;
      assert.ok(!String(now.provision_state).endsWith('failed'), `${target}: ${now.provision_state}: ${now.last_error}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const log = machine.parts.log.entries().map(({ kind, message }) => `${kind}: ${message}`);
    return assert.fail(`${target}: ${wanted} was not reached:\n${log.join('\n')}`);
  };
  await go('manage', 'manageable');
  await go('inspect', 'manageable');
  const inventory = await call('GET', `${node}/inventory`);
  assert.equal(at(inventory.body, 'inventory', 'system_vendor', 'serial_number'), machine.plan.serialNumber);
  await go('provide', 'available');
  const active = await go('active', 'active', { configdrive: { meta_data: { hostname: 'peer-host' } } });
  assert.equal(active.last_error, null);
  assert.equal(machine.parts.lastBoot?.from, 'disk');
  assert.equal(machine.parts.lastBoot?.sha256, image.seenSha256);
  assert.equal(machine.parts.lastBoot?.hostname, 'peer-host');
  await go('deleted', 'available');
  const disk = machine.disks[0];
  assert.ok(disk);
  const device = await openFileDevice(disk.path, { readOnly: true });
  assert.equal(await readGpt(device), null, 'cleaning took the partition table');
  await device.close();
});

/** The unmodified `baremetal` command takes a machine of the simulated rack through its life, by the real service. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { type BaremetalCommand, baremetalCommand } from './baremetal-command.ts';
import { type ClientStage, clientStage } from './client-stage.ts';

const USER_DATA = '#cloud-config\nhostname: by-command\n';

test('the baremetal command, unmodified: enrol, inspect, clean, deploy with a config drive, undeploy', async () => {
  await using stage = await clientStage();
  const bm = await baremetalCommand(stage.apiUrl);
  const dir = await mkdtemp(join(tmpdir(), 'wrought-baremetal-'));
  try {
    const uuid = await enrol(bm, stage);
    await bm.ok('node', 'manage', 'm1', '--wait', '60');
    await inspect(bm, stage, dir);
    await bm.ok('node', 'clean', 'm1', '--wait', '60', '--clean-steps', '[{"interface":"deploy","step":"erase_devices_metadata"}]');
    await bm.ok('node', 'provide', 'm1', '--wait', '60');
    assert.equal((await bm.show('node', 'show', 'm1', '--fields', 'provision_state')).provision_state, 'available');
    await deploy(bm, stage, dir);
    await power(bm, stage);
    await bm.ok('node', 'undeploy', 'm1', '--wait', '90');
    await stage.verifyErased();
    await history(bm, uuid);
    await bm.ok('node', 'delete', 'm1');
    await bm.refused(/could not be found/, 'node', 'show', 'm1');
    assert.deepEqual(await bm.list('port', 'list'), [], 'the ports went with their node');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

async function enrol(bm: BaremetalCommand, stage: ClientStage): Promise<string> {
  const { machine } = stage;
  const { username, password } = machine.plan.credentials;
  const node = await bm.show(
    ...['node', 'create', '--driver', 'redfish', '--name', 'm1', '--resource-class', 'baremetal'],
    ...['--boot-interface', 'redfish-virtual-media', '--deploy-interface', 'direct', '--inspect-interface', 'agent'],
    ...['--network-interface', 'noop', '--driver-info', `redfish_address=${machine.address}`],
    ...['--driver-info', `redfish_system_id=/redfish/v1/Systems/${machine.plan.uuid}`],
    ...['--driver-info', `redfish_username=${username}`, '--driver-info', `redfish_password=${password}`],
  );
  assert.equal(node.provision_state, 'enroll');
  assert.ok(isJsonObject(node.driver_info));
  assert.equal(node.driver_info.redfish_password, '******');
  const uuid = String(node.uuid);
  for (const { mac } of machine.plan.nics) assert.equal((await bm.show('port', 'create', mac, '--node', uuid)).address, mac);
  return uuid;
}

async function inspect(bm: BaremetalCommand, stage: ClientStage, dir: string): Promise<void> {
  await bm.ok('node', 'inspect', 'm1', '--wait', '60');
  const { properties } = await bm.show('node', 'show', 'm1', '--fields', 'properties');
  assert.ok(isJsonObject(properties));
  assert.ok(Number(properties.memory_mb) > 0, JSON.stringify(properties));
  const file = join(dir, 'inventory.json');
  await bm.ok('node', 'inventory', 'save', 'm1', '--file', file);
  const saved: JsonObject = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(isJsonObject(saved.inventory) && isJsonObject(saved.inventory.system_vendor) && 'plugin_data' in saved);
  assert.equal(saved.inventory.system_vendor.serial_number, stage.machine.plan.serialNumber);
}

async function deploy(bm: BaremetalCommand, stage: ClientStage, dir: string): Promise<void> {
  await bm.ok(
    ...['node', 'set', 'm1', '--instance-info', `image_source=${stage.imageUrl}`, '--instance-info', 'image_disk_format=raw'],
    ...['--instance-info', 'image_os_hash_algo=sha256', '--instance-info', `image_os_hash_value=${stage.image.sha256}`],
  );
  const validation = await bm.list('node', 'validate', 'm1');
  for (const kind of ['boot', 'deploy', 'management', 'network', 'power', 'inspect', 'storage']) {
    const row = validation.find((each) => each.Interface === kind);
    assert.equal(row?.Result, true, `${kind}: ${row?.Reason}`);
  }
  // A directory: the command packs it into an ISO image itself.
  const drive = join(dir, 'drive');
  await mkdir(join(drive, 'openstack', 'latest'), { recursive: true });
  await writeFile(join(drive, 'openstack', 'latest', 'meta_data.json'), JSON.stringify({ hostname: 'by-command' }));
  await writeFile(join(drive, 'openstack', 'latest', 'user_data'), USER_DATA);
  await bm.ok('node', 'deploy', 'm1', '--config-drive', drive, '--wait', '90');
  const node = await bm.show('node', 'show', 'm1');
  assert.deepEqual([node.provision_state, node.power_state, node.last_error], ['active', 'power on', null]);
  await stage.verify('by-command', USER_DATA);
}

async function power(bm: BaremetalCommand, { machine }: ClientStage): Promise<void> {
  const becomes = async (state: string): Promise<void> => {
    for (let tries = 0; tries < 60; tries++) {
      if ((await bm.show('node', 'show', 'm1', '--fields', 'power_state')).power_state === state) return;
    }
    assert.fail(`the node does not become ${state}`);
  };
  await bm.ok('node', 'power', 'off', 'm1', '--soft', '--power-timeout', '30');
  await becomes('power off');
  await bm.ok('node', 'power', 'on', 'm1');
  await becomes('power on');
  const log = (): string[] => machine.parts.log.entries().map(({ kind }) => kind);
  const before = log().length;
  await bm.ok('node', 'reboot', 'm1');
  await becomes('power on');
  await bm.ok('node', 'reboot', 'm1', '--soft');
  await becomes('power on');
  assert.ok(log().length > before, 'the machine was told');
  await bm.ok('node', 'boot', 'device', 'set', 'm1', 'pxe', '--persistent');
  assert.deepEqual(await bm.show('node', 'boot', 'device', 'show', 'm1'), { boot_device: 'pxe', persistent: true });
  const { supported_boot_devices: devices } = await bm.show('node', 'boot', 'device', 'show', 'm1', '--supported');
  assert.match(String(devices), /cdrom/);
  await bm.ok('node', 'power', 'off', 'm1');
  await becomes('power off');
}

async function history(bm: BaremetalCommand, uuid: string): Promise<void> {
  const rows = await bm.list('node', 'history', 'list', 'm1', '--long');
  assert.ok(rows.length > 0);
  const first = rows[0]?.uuid;
  assert.equal((await bm.show('node', 'history', 'get', 'm1', String(first))).node_uuid ?? uuid, uuid);
}

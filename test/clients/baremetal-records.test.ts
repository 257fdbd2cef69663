/** The unmodified `baremetal` command on everything that can be set, listed and shown without work on a machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BaremetalCommand, baremetalCommand } from './baremetal-command.ts';
import { fakeService } from './fake-service.ts';

test('the baremetal command, unmodified: fields of nodes, set and unset', async (t) => {
  const bm = await baremetalCommand((await fakeService(t)).apiUrl);
  const uuid = String((await bm.show('node', 'create', '--driver', 'fake-hardware', '--name', 'n1')).uuid);
  const chassis = String((await bm.show('chassis', 'create', '--description', 'rack 1', '--extra', 'row=3')).uuid);
  await bm.ok(
    ...['node', 'set', 'n1', '--name', 'n1-new', '--instance-uuid', '5e27e1c3-9f65-4a8b-a5a4-4f1f5a8e0001', '--instance-name', 'web'],
    ...['--chassis-uuid', chassis, '--resource-class', 'big', '--conductor-group', '', '--automated-clean', '--owner', 'me'],
    ...['--lessee', 'you', '--description', 'third from above', '--shard', 'a', '--property', 'cpus=4', '--property', 'c=d'],
    ...['--extra', 'list=[1, "x"]', '--driver-info', 'fake_password=secret', '--instance-info', 'capabilities={"boot_mode": "uefi"}'],
    ...['--retired', '--retired-reason', 'old', '--disable-power-off', '--network-data', '{"links": [], "networks": [], "services": []}'],
    ...['--rescue-interface', 'no-rescue', '--target-raid-config', '{"logical_disks": [{"size_gb": 50, "raid_level": "1"}]}'],
  );
  const node = await bm.show('node', 'show', uuid);
  for (const [field, value] of Object.entries({
    name: 'n1-new',
    instance_uuid: '5e27e1c3-9f65-4a8b-a5a4-4f1f5a8e0001',
    chassis_uuid: chassis,
    resource_class: 'big',
    automated_clean: true,
    owner: 'me',
    lessee: 'you',
    description: 'third from above',
    shard: 'a',
    extra: { list: [1, 'x'] },
    driver_info: { fake_password: '******' },
    retired: true,
    retired_reason: 'old',
    rescue_interface: 'no-rescue',
    target_raid_config: { logical_disks: [{ size_gb: 50, raid_level: '1' }] },
  })) {
    assert.deepEqual(node[field], value, field);
  }
  await bm.ok(
    ...['node', 'unset', 'n1-new', '--instance-uuid', '--chassis-uuid', '--resource-class', '--automated-clean', '--owner', '--lessee'],
    ...['--description', '--shard', '--property', 'cpus', '--extra', 'list', '--driver-info', 'fake_password', '--retired'],
    ...['--instance-info', 'capabilities', '--network-data', '--rescue-interface', '--target-raid-config', '--instance-name'],
  );
  const bare = await bm.show('node', 'show', uuid);
  for (const field of ['instance_uuid', 'chassis_uuid', 'resource_class', 'automated_clean', 'owner', 'lessee', 'description', 'shard']) {
    assert.equal(bare[field], null, field);
  }
  assert.deepEqual([bare.extra, bare.driver_info, bare.instance_info, bare.target_raid_config], [{}, {}, {}, {}]);
  assert.deepEqual([bare.retired, bare.retired_reason, bare.rescue_interface], [false, null, 'fake']);
  assert.deepEqual(bare.properties, { c: 'd' });
  await bm.refused(/does not exist|could not be/i, 'node', 'unset', uuid, '--extra', 'nothing');
});

test('the baremetal command, unmodified: lists of nodes with filters, fields and pages', async (t) => {
  const bm = await baremetalCommand((await fakeService(t)).apiUrl);
  for (const [name, owner] of Object.entries({ a: 'x', b: 'x', c: 'y' })) {
    await bm.ok('node', 'create', '--driver', 'fake-hardware', '--name', name, '--owner', owner, '--resource-class', `class-${owner}`);
  }
  await bm.ok('node', 'maintenance', 'set', 'b', '--reason', 'fan');
  const names = async (...words: string[]): Promise<unknown[]> => (await bm.list('node', 'list', ...words)).map((row) => row.name);
  assert.deepEqual(await names(), ['a', 'b', 'c']);
  assert.deepEqual(await names('--owner', 'x'), ['a', 'b']);
  assert.deepEqual(await names('--maintenance'), ['b']);
  assert.deepEqual(await names('--no-maintenance', '--resource-class', 'class-x'), ['a']);
  assert.deepEqual(await names('--unassociated', '--driver', 'fake-hardware', '--provision-state', 'enroll'), ['a', 'b', 'c']);
  assert.deepEqual(await names('--sort', 'name:desc'), ['c', 'b', 'a']);
  assert.deepEqual(await names('--limit', '2'), ['a', 'b']);
  const [second] = await bm.list('node', 'list', '--fields', 'name', 'maintenance_reason', 'driver', '--owner', 'x', '--sort', 'name:desc');
  assert.deepEqual(second, { name: 'b', maintenance_reason: 'fan', driver: 'fake-hardware' });
  const [long] = await bm.list('node', 'list', '--long', '--limit', '1');
  assert.equal(long?.resource_class, 'class-x');
  await bm.ok('node', 'maintenance', 'unset', 'b');
  assert.equal((await bm.show('node', 'show', 'b')).maintenance, false);
});

test('the baremetal command, unmodified: ports, chassis, traits, drivers, conductors', async (t) => {
  const bm = await baremetalCommand((await fakeService(t)).apiUrl);
  const uuid = String((await bm.show('node', 'create', '--driver', 'fake-hardware', '--name', 'n1')).uuid);
  await portsAndChassis(bm, uuid);

  await bm.ok('node', 'add', 'trait', 'n1', 'CUSTOM_A', 'HW_CPU_X86_VMX');
  const traits = async (): Promise<unknown[]> => (await bm.list('node', 'trait', 'list', 'n1')).map((row) => row.traits).sort();
  assert.deepEqual(await traits(), ['CUSTOM_A', 'HW_CPU_X86_VMX']);
  await bm.ok('node', 'remove', 'trait', 'n1', 'CUSTOM_A');
  assert.deepEqual(await traits(), ['HW_CPU_X86_VMX']);
  await bm.ok('node', 'remove', 'trait', 'n1', '--all');
  assert.deepEqual(await traits(), []);
  await bm.refused(/trait/i, 'node', 'add', 'trait', 'n1', 'no_such_trait');

  const [driver] = await bm.list('driver', 'list');
  assert.deepEqual([driver?.name, driver?.hosts], ['fake-hardware', 'clients-host']);
  assert.equal((await bm.show('driver', 'show', 'fake-hardware')).default_deploy_interface, 'fake');
  const properties = (await bm.list('driver', 'property', 'list', 'fake-hardware')).map((row) => row.property);
  assert.ok(properties.every((name) => typeof name === 'string'));
  const raid = (await bm.list('driver', 'raid', 'property', 'list', 'fake-hardware')).map((row) => row.property).sort();
  assert.ok(raid.includes('size_gb') && raid.includes('raid_level'), JSON.stringify(raid));
  const [conductor] = await bm.list('conductor', 'list');
  assert.deepEqual([conductor?.hostname, conductor?.alive], ['clients-host', true]);
  assert.deepEqual((await bm.show('conductor', 'show', 'clients-host')).drivers, ['fake-hardware']);
  await bm.refused(/nobody/, 'conductor', 'show', 'nobody');
});

async function portsAndChassis(bm: BaremetalCommand, node: string): Promise<void> {
  const port = String(
    (
      await bm.show(
        ...['port', 'create', '52:54:00:00:0a:01', '--node', node, '--pxe-enabled', 'false', '--physical-network', 'net1'],
        ...['--local-link-connection', 'switch_id=0a:1b:2c:3d:4e:5f', '--local-link-connection', 'port_id=Gi0/7', '--extra', 'slot=1'],
      )
    ).uuid,
  );
  await bm.ok('port', 'set', port, '--pxe-enabled', '--address', '52:54:00:00:0a:02', '--extra', 'b=c', '--name', 'eth0');
  const shown = await bm.show('port', 'show', port);
  assert.deepEqual([shown.address, shown.pxe_enabled, shown.physical_network], ['52:54:00:00:0a:02', true, 'net1']);
  assert.deepEqual(shown.extra, { slot: 1, b: 'c' });
  await bm.ok('port', 'unset', port, '--extra', 'slot', '--physical-network');
  assert.deepEqual((await bm.show('port', 'show', '--address', '52:54:00:00:0a:02')).extra, { b: 'c' });
  assert.equal((await bm.list('port', 'list', '--node', 'n1', '--long')).length, 1);
  await bm.refused(/already exists/, 'port', 'create', '52:54:00:00:0a:02', '--node', node);
  await bm.ok('port', 'delete', port);

  const chassis = String((await bm.show('chassis', 'create', '--description', 'd')).uuid);
  await bm.ok('chassis', 'set', chassis, '--description', 'e', '--extra', 'k=v');
  assert.deepEqual((await bm.show('chassis', 'show', chassis)).extra, { k: 'v' });
  await bm.ok('chassis', 'unset', chassis, '--extra', 'k', '--description');
  assert.equal((await bm.list('chassis', 'list'))[0]?.description, null);
  await bm.ok('node', 'set', 'n1', '--chassis-uuid', chassis);
  assert.equal((await bm.list('node', 'list', '--chassis', chassis)).length, 1);
  await bm.refused(/contains nodes|not empty/i, 'chassis', 'delete', chassis);
  await bm.ok('node', 'unset', 'n1', '--chassis-uuid');
  await bm.ok('chassis', 'delete', chassis);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFileDevice } from '../../src/image/file-device.ts';
import { readGpt } from '../../src/image/gpt.ts';
import { openIso } from '../../src/protocol/iso9660/read-iso.ts';
import type { RackMachine } from '../../src/sim/rack-machine.ts';
import { at } from '../../src/sim/testing/quick-rack.ts';
import { type LifecycleStage, lifecycleStage } from './lifecycle-stage.ts';

const MACHINES = 4;
const MIB = 1024 * 1024;

/** The disk the agent chooses: the smallest. */
async function withRootDisk<T>(machine: RackMachine, work: (device: Awaited<ReturnType<typeof openFileDevice>>) => Promise<T>): Promise<T> {
  const disk = machine.disks[0];
  assert.ok(disk);
  const device = await openFileDevice(disk.path, { sectorSize: disk.plan.sectorSize, readOnly: true });
  try {
    return await work(device);
  } finally {
    await device.close();
  }
}

async function checkDisk(stage: LifecycleStage, machine: RackMachine, hostname: string): Promise<void> {
  await withRootDisk(machine, async (device) => {
    const { bytes } = stage.image;
    const found = await device.read(MIB, bytes.length - 2 * MIB);
    assert.ok(found.equals(bytes.subarray(MIB, bytes.length - MIB)), 'the disk holds the image');
    const table = await readGpt(device);
    assert.ok(table);
    assert.deepEqual(table.problems, []);
    const drive = table.partitions.find(({ name }) => name === 'config-2');
    assert.ok(drive, 'there is a partition for the config drive');
    const offset = drive.firstLba * device.sectorSize;
    const iso = await openIso({
      size: (drive.lastLba - drive.firstLba + 1) * device.sectorSize,
      read: (from, length) => device.read(offset + from, length),
    });
    const data: unknown = JSON.parse((await iso.readFile('openstack/latest/meta_data.json', MIB)).toString());
    assert.equal(at(data, 'hostname'), hostname);
  });
}

test('machines go from a BMC address to a running system and back', { concurrency: MACHINES }, async (context) => {
  await using stage = await lifecycleStage({ machines: MACHINES });
  await Promise.all(
    stage.rack.machines.map((machine) =>
      context.test(machine.name, async () => {
        const hostname = `host-${machine.index}`;
        const node = await stage.enrol(machine);
        await stage.go(node, 'manage', ['manageable']);
        const inspected = await stage.go(node, 'inspect', ['manageable']);
        assert.equal(
          at(inspected, 'properties', 'memory_mb') === undefined ? 'missing' : 'there',
          'there',
          JSON.stringify(inspected.properties),
        );
        const inventory = await stage.call('GET', `/v1/nodes/${node}/inventory`);
        assert.equal(inventory.status, 200);
        assert.equal(at(inventory.body, 'inventory', 'system_vendor', 'serial_number'), machine.plan.serialNumber);
        await stage.go(node, 'provide', ['available']);

        const active = await stage.go(node, 'active', ['active'], { configdrive: { meta_data: { hostname } } });
        assert.equal(active.last_error, null);
        assert.equal(active.power_state, 'power on');
        await checkDisk(stage, machine, hostname);
        assert.equal(machine.parts.media.get('Cd'), null, 'the medium is ejected');
        const booted = await until(() => machine.bootedFrom === 'disk');
        assert.ok(booted, `boots its disk:\n${stage.console(machine)}`);
        assert.equal(machine.parts.lastBoot?.hostname, hostname);
        assert.equal(machine.parts.lastBoot?.sha256, stage.image.seenSha256);

        const back = await stage.go(node, 'deleted', ['available']);
        assert.deepEqual(back.instance_info, {});
        assert.equal(back.power_state, 'power off');
        assert.equal(machine.bootedFrom, 'none');
        assert.equal(await withRootDisk(machine, readGpt), null, 'cleaning took the partition table');
      }),
    ),
  );
});

async function until(reached: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (reached()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

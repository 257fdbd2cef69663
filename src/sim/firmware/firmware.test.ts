import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildConfigDrive } from '../../image/config-drive.ts';
import { createGpt } from '../../image/create-gpt.ts';
import { openFileDevice } from '../../image/file-device.ts';
import { writeConfigDrive } from '../../image/write-config-drive.ts';
import { systemClock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import { parseFaultFlag } from '../faults/parse-faults.ts';
import type { RackMachine } from '../rack-machine.ts';
import type { Rack } from '../start-rack.ts';
import { at, nextEvent, quickRack, redfishOf } from '../testing/quick-rack.ts';
import { bootMedium, serveBytes } from '../testing/serve-bytes.ts';

const LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** Switches a machine on with an image in its drive and tells what it booted. */
async function boot(rack: Rack, image: string | null, settings: JsonObject = { BootSourceOverrideTarget: 'Cd' }): Promise<JsonObject> {
  const machine = rack.machine(0);
  const redfish = redfishOf(machine);
  if (image !== null)
    assert.equal((await redfish.post(`${redfish.system}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia`, { Image: image })).status, 204);
  assert.equal((await redfish.patch(redfish.system, { Boot: settings })).status, 204);
  const booted = nextEvent(rack, ({ kind, data }) => kind === 'boot' && data?.from !== undefined);
  await redfish.reset('On');
  await booted;
  // The outcome is announced a moment before the system is said to run.
  const last = at((await redfish.get(redfish.system)).body, 'Oem', 'Wrought', 'LastBoot');
  assert.ok(typeof last === 'object' && last !== null && !Array.isArray(last));
  return Object.fromEntries(Object.entries(last));
}

async function installSystem(machine: RackMachine, hostname: string | null): Promise<Buffer> {
  const disk = machine.disks[0];
  assert.ok(disk);
  const device = await openFileDevice(disk.path, { sectorSize: disk.plan.sectorSize });
  const content = Buffer.alloc(1 << 20, 'an operating system');
  try {
    await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 4095, name: 'root' }]);
    await device.write(2048 * 512, content);
    if (hostname !== null) await writeConfigDrive(device, await buildConfigDrive({ meta_data: { hostname } }));
  } finally {
    await device.close();
  }
  return content;
}

test('a medium is fetched, its kernel found by GRUB, secrets of its command line masked', async () => {
  const medium = await bootMedium('nofb ipa-agent-token=hidden-value a=b');
  await using server = await serveBytes({ '/boot.iso': medium });
  await using quick = await quickRack(systemClock);
  const last = await boot(quick.rack, `${server.url}/boot.iso`);
  assert.equal(last.From, 'ramdisk');
  assert.equal(last.Target, 'Cd');
  assert.equal(last.Sha256, createHash('sha256').update(medium).digest('hex'));
  assert.equal(last.CommandLine, 'nofb ipa-agent-token=****** a=b');
  assert.match(String(at(last.Reasons, 0)), /^Cd \(override for this boot\): image VMEDIA_BOOT_ISO .*starts \/vmlinuz by GRUB$/);
  const boots = at((await redfishOf(quick.rack.machine(0)).get(redfishOf(quick.rack.machine(0)).system)).body, 'Boot');
  assert.equal(at(boots, 'BootSourceOverrideEnabled'), 'Disabled', 'an override for one boot is used up');
});

test('Legacy mode starts by isolinux, and takes what there is', async () => {
  await using server = await serveBytes({ '/boot.iso': await bootMedium('x=y', { loader: 'isolinux' }) });
  await using quick = await quickRack(systemClock);
  const last = await boot(quick.rack, `${server.url}/boot.iso`, { BootSourceOverrideTarget: 'Cd', BootSourceOverrideMode: 'Legacy' });
  assert.equal(last.CommandLine, 'text x=y');
  assert.match(String(at(last.Reasons, 0)), /by isolinux$/);
});

test('UEFI HTTP boot fetches the image itself', async () => {
  await using server = await serveBytes({ '/boot.iso': await bootMedium('x=y') });
  await using quick = await quickRack(systemClock);
  const last = await boot(quick.rack, null, { BootSourceOverrideTarget: 'UefiHttp', HttpBootUri: `${server.url}/boot.iso` });
  assert.equal(last.From, 'ramdisk');
  assert.equal(last.Target, 'UefiHttp');
});

test('what cannot be started is passed over, with the reason', async () => {
  await using server = await serveBytes({
    '/incomplete.iso': await bootMedium('x=y', { withoutInitrd: true }),
    '/noise.iso': Buffer.alloc(100_000, 7),
    '/empty.iso': Buffer.alloc(0),
  });
  for (const [path, reason] of [
    ['/incomplete.iso', /names \/initrd, which is not on the image/],
    ['/noise.iso', /cannot be started: no primary volume descriptor/],
    ['/empty.iso', /cannot be started/],
    ['/absent.iso', /the image server answered 404/],
  ] as const) {
    await using quick = await quickRack(systemClock);
    const last = await boot(quick.rack, `${server.url}${path}`);
    assert.equal(last.From, 'none');
    assert.match(String(at(last.Reasons, 0)), reason);
    assert.match(String(at(last.Reasons, 1)), /^Hdd \(boot order Boot0001\): \/dev\/sda: no boot signature/);
    assert.match(String(at(last.Reasons, 2)), /^Pxe .*no network boot server answered/);
    assert.equal(quick.rack.machine(0).bootedFrom, 'none');
  }
});

test('an image larger than the limit is refused', async () => {
  await using server = await serveBytes({ '/boot.iso': await bootMedium('x=y') });
  await using quick = await quickRack(systemClock, { maxMediumBytes: 10_000 });
  assert.match(String(at((await boot(quick.rack, `${server.url}/boot.iso`)).Reasons, 0)), /larger than 10000 bytes/);
});

test('fault: the medium cannot be fetched, once', async () => {
  await using server = await serveBytes({ '/boot.iso': await bootMedium('x=y') });
  await using quick = await quickRack(systemClock, { faults: [parseFaultFlag('media-fetch-failure,count=1')] });
  assert.match(String(at((await boot(quick.rack, `${server.url}/boot.iso`)).Reasons, 0)), /could not be fetched/);
  assert.deepEqual(server.asked, []);
  const off = nextEvent(quick.rack, ({ message }) => message === 'power state Off');
  await redfishOf(quick.rack.machine(0)).reset('ForceOff');
  await off;
  assert.equal((await boot(quick.rack, null)).From, 'ramdisk');
});

test('a disk with a partition table and an operating system starts, and the config drive names it', async () => {
  await using quick = await quickRack(systemClock);
  const machine = quick.rack.machine(0);
  const content = await installSystem(machine, 'web-1');
  const last = await boot(quick.rack, null, { BootSourceOverrideTarget: 'Hdd', BootSourceOverrideEnabled: 'Continuous' });
  assert.equal(last.From, 'disk');
  assert.equal(last.Disk, '/dev/sda');
  assert.equal(last.HostName, 'web-1');
  assert.equal(last.Sha256, createHash('sha256').update(content).digest('hex'));
  const redfish = redfishOf(machine);
  const system = (await redfish.get(redfish.system)).body;
  assert.equal(system.HostName, 'web-1');
  assert.equal(at(system, 'Boot', 'BootSourceOverrideEnabled'), 'Continuous');
  assert.equal(machine.bootedFrom, 'disk');
  await redfish.reset('ForceOff');
  assert.equal(machine.bootedFrom, 'none');
});

test('a partition table alone is no operating system', async () => {
  await using quick = await quickRack(systemClock);
  const disk = quick.rack.machine(0).disks[0];
  assert.ok(disk);
  const device = await openFileDevice(disk.path);
  await createGpt(device, [{ typeGuid: LINUX, firstLba: 2048, lastLba: 4095, name: 'root' }]);
  await device.close();
  const last = await boot(quick.rack, null, { BootSourceOverrideTarget: 'Hdd' });
  assert.match(String(at(last.Reasons, 0)), /no partition with an operating system/);
});

test('BiosSetup stops there', async () => {
  await using quick = await quickRack(systemClock);
  await installSystem(quick.rack.machine(0), null);
  const last = await boot(quick.rack, null, { BootSourceOverrideTarget: 'BiosSetup' });
  assert.equal(last.From, 'none');
  assert.equal(at(last.Reasons, 1), undefined);
});

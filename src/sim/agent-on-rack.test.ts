import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFileDevice } from '../image/file-device.ts';
import { systemClock } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import { parseFaultFlag } from './faults/parse-faults.ts';
import { type DiskImage, diskImage } from './testing/disk-image.ts';
import { fakeConductor, runCommand } from './testing/fake-conductor.ts';
import { at, nextEvent, quickRack, redfishOf } from './testing/quick-rack.ts';
import { bootMedium, serveBytes } from './testing/serve-bytes.ts';

/** A rack of one machine that has booted a ramdisk from virtual media, a conductor it calls, and an image to write. */
async function scene(faults: readonly string[] = []) {
  const scope = new AsyncDisposableStack();
  const image = await diskImage();
  const conductor = scope.use(await fakeConductor());
  const medium = await bootMedium(`nofb ipa-api-url=${conductor.url} boot_method=vmedia`);
  const server = scope.use(await serveBytes({ '/boot.iso': medium, '/image.raw': image.bytes }));
  const { rack } = scope.use(await quickRack(systemClock, { faults: faults.map(parseFaultFlag) }));
  const machine = rack.machine(0);
  const redfish = redfishOf(machine);
  const info: JsonObject = {
    id: 'image',
    urls: [`${server.url}/image.raw`],
    disk_format: 'raw',
    os_hash_algo: 'sha256',
    os_hash_value: image.sha256,
    image_type: 'whole-disk',
  };
  return {
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
    rack,
    machine,
    conductor,
    redfish,
    image,
    /** Boots the ramdisk; resolves with the agent's address at its first heartbeat. */
    async boot(): Promise<string> {
      const heartbeat = conductor.nextHeartbeat();
      await redfish.post(`${redfish.system}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia`, { Image: `${server.url}/boot.iso` });
      await redfish.patch(redfish.system, { Boot: { BootSourceOverrideTarget: 'Cd', BootSourceOverrideEnabled: 'Once' } });
      await redfish.reset('On');
      return heartbeat;
    },
    write: (agent: string) => runCommand(agent, 'standby.prepare_image', { image_info: info }),
  };
}

async function bootsDisk(stage: Awaited<ReturnType<typeof scene>>): Promise<JsonObject['x']> {
  const booted = nextEvent(stage.rack, ({ kind, data }) => kind === 'boot' && data?.from !== undefined);
  await stage.redfish.post(`${stage.redfish.system}/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia`);
  await stage.redfish.reset('On');
  return (await booted).data;
}

function sameStart(found: Buffer, image: DiskImage): boolean {
  return found.subarray(1 << 20, 6 << 20).equals(image.bytes.subarray(1 << 20, 6 << 20));
}

test('the ramdisk’s agent calls back, writes the disk, switches the machine off; the disk then boots', async () => {
  await using stage = await scene();
  const agent = await stage.boot();
  assert.equal(stage.machine.agentUrl, agent);
  assert.deepEqual(
    stage.conductor.lookups[0]?.split(','),
    stage.machine.plan.nics.map(({ mac }) => mac),
  );
  const result = await stage.write(agent);
  assert.equal(result.command_status, 'SUCCEEDED', JSON.stringify(result.command_error));
  const disk = stage.machine.disks[0];
  assert.ok(disk);
  const device = await openFileDevice(disk.path, { readOnly: true });
  assert.ok(sameStart(await device.read(0, 8 << 20), stage.image));
  await device.close();

  const off = nextEvent(stage.rack, ({ message }) => message === 'power state Off');
  const order = await runCommand(agent, 'standby.power_off', {});
  assert.equal(order.command_status, 'SUCCEEDED');
  await off;
  assert.equal(stage.machine.agentUrl, null);
  assert.deepEqual(await bootsDisk(stage), {
    from: 'disk',
    target: 'Hdd',
    sha256: stage.image.seenSha256,
    disk: '/dev/sda',
    hostname: null,
  });
});

test('a power cut ends the agent, and a restart of the ramdisk starts a new one', async () => {
  await using stage = await scene();
  const first = await stage.boot();
  const off = nextEvent(stage.rack, ({ message }) => message === 'power state Off');
  await stage.redfish.reset('ForceOff');
  await off;
  await assert.rejects(fetch(`${first}/v1/status`));
  await stage.redfish.post(`${stage.redfish.system}/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia`);
  const second = await stage.boot();
  assert.notEqual(second, first);
});

test('fault: the agent never calls back', async () => {
  await using stage = await scene(['agent-silent']);
  const struck = nextEvent(stage.rack, ({ kind }) => kind === 'fault');
  void stage.boot();
  assert.match((await struck).message, /agent-silent/);
  assert.equal(stage.machine.bootedFrom, 'ramdisk');
  assert.deepEqual(stage.conductor.lookups, []);
});

test('fault: the agent dies while it writes', async () => {
  await using stage = await scene(['agent-dies,after_bytes=2000000,count=1']);
  const agent = await stage.boot();
  const ended = nextEvent(stage.rack, ({ kind, message }) => kind === 'agent' && message.startsWith('agent ended'));
  await assert.rejects(stage.write(agent));
  await ended;
  assert.equal(stage.machine.parts.power.state, 'On');
  assert.equal(stage.machine.bootedFrom, 'ramdisk');
  await assert.rejects(fetch(`${agent}/v1/status`));
});

test('fault: a bad range of the disk fails the write, and nothing bootable is left', async () => {
  await using stage = await scene(['disk-write-error,offset=3000000']);
  const agent = await stage.boot();
  const result = await stage.write(agent);
  assert.equal(result.command_status, 'FAILED');
  assert.match(String(at(result.command_error, 'details') ?? at(result.command_error, 'message')), /I\/O error: \/dev\/sda/);
  const off = nextEvent(stage.rack, ({ message }) => message === 'power state Off');
  await stage.redfish.reset('ForceOff');
  await off;
  assert.equal(at(await bootsDisk(stage), 'from'), 'none');
});

test('fault: a slow disk only takes longer', async () => {
  await using stage = await scene(['disk-slow,ms=40,count=3']);
  const agent = await stage.boot();
  const started = performance.now();
  assert.equal((await stage.write(agent)).command_status, 'SUCCEEDED');
  assert.ok(performance.now() - started >= 100);
});

test('fault: a damaged download is refused by its checksum', async () => {
  await using stage = await scene(['download-corrupt,count=1,skip=2']);
  const agent = await stage.boot();
  const result = await stage.write(agent);
  assert.equal(result.command_status, 'FAILED');
  assert.equal(at(result.command_error, 'type'), 'ImageChecksumError');
  assert.equal((await stage.write(agent)).command_status, 'SUCCEEDED', 'the next download is whole');
});

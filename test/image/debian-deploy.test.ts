/**
 * A real Debian image through the whole service onto disks of the simulated rack, judged afterwards by foreign programs only.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type FileServer, startFileServer } from '../../src/boot/file-server.ts';
import { silentLogger } from '../../src/config/logger.ts';
import { hashFile } from '../../src/image/checksum/hash-file.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { type LifecycleStage, lifecycleStage } from '../lifecycle/lifecycle-stage.ts';
import { buildDebianImage, type DebianImage, demandPrograms, PARTITION_START } from './debian-image.ts';

const run = promisify(execFile);
const GIB = 1024 ** 3;
let directory = '';
let image: DebianImage;
let images: FileServer;
let stage: LifecycleStage;

before(async () => {
  await demandPrograms();
  directory = await mkdtemp(join(tmpdir(), 'debian-'));
  image = await buildDebianImage(directory);
  images = await startFileServer({ host: '127.0.0.1', port: 0, root: directory, log: silentLogger });
  stage = await lifecycleStage({ machines: 2, overall: 400_000 });
});
after(async () => {
  await stage?.[Symbol.asyncDispose]();
  await images?.close();
  if (directory !== '') await rm(directory, { recursive: true });
});

/** Deploys the image onto the machine's disk of 8 GiB; answers the disk file. */
async function deploy(index: number, settings: JsonObject): Promise<string> {
  const machine = stage.rack.machines[index];
  assert.ok(machine);
  const node = await stage.enrol(machine, {
    automated_clean: false,
    properties: { root_device: { size: 8 } },
    instance_info: {
      image_source: `${images.url}/debian.qcow2`,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: await hashFile(image.qcow2, 'sha256'),
      image_disk_format: 'qcow2',
      ...settings,
    },
  });
  await stage.go(node, 'manage', ['manageable']);
  await stage.go(node, 'provide', ['available']);
  const configdrive = {
    meta_data: { hostname: `debian-${index}` },
    network_data: { links: [{ id: 'l' }], networks: [], services: [] },
    user_data: '#cloud-config\n{}\n',
  };
  await stage.go(node, 'active', ['active'], { configdrive });
  const disk = stage.rack.describe().machines[index]?.disks.find((each) => each.size === 8 * GIB);
  assert.ok(disk, stage.console(machine));
  return disk.path;
}

/** What foreign programs find on the disk. */
async function judge(disk: string, index: number): Promise<void> {
  const verified = await run('sgdisk', ['--verify', disk]);
  assert.match(verified.stdout, /No problems found/);
  const fsck = await run('fsck.ext4', ['-f', '-n', `${disk}?offset=${PARTITION_START}`]);
  assert.match(fsck.stdout, /debian-root: \d+\/\d+ files/);

  const part = `driver=raw,offset=${PARTITION_START},size=${image.partitionSize}`;
  const compared = await run('qemu-img', [
    'compare',
    '--image-opts',
    `${part},file.driver=qcow2,file.file.driver=file,file.file.filename=${image.qcow2}`,
    `${part},file.driver=file,file.filename=${disk}`,
  ]);
  assert.match(compared.stdout, /Images are identical/);

  const { stdout: table } = await run('sgdisk', ['--print', disk]);
  const rows = table.split('\n').filter((line) => /^\s+\d+\s+\d+\s+\d+ /.test(line));
  assert.equal(rows.length, 2, table);
  const [, first = 0, last = 0] = rows[1]?.trim().split(/\s+/).map(Number) ?? [];
  assert.ok(last * 512 > 8 * GIB - 2 * (1 << 20), 'the config drive stands at the end of the disk');
  assert.ok((last - first + 1) * 512 >= 64 << 20);
  await judgeConfigDrive(disk, first * 512, index);
  assert.ok((await stat(disk)).blocks * 512 < 3 * GIB, 'what is not in the image takes no room');
}

async function judgeConfigDrive(disk: string, offset: number, index: number): Promise<void> {
  const iso = join(directory, `config-${index}.iso`);
  const source = await open(disk, 'r');
  const { buffer } = await source.read(Buffer.alloc(4 << 20), 0, 4 << 20, offset);
  await source.close();
  const target = await open(iso, 'w');
  await target.write(buffer);
  await target.close();
  const facts = await run('isoinfo', ['-d', '-i', iso]);
  assert.match(facts.stdout, /Volume id: config-2/);
  const metadata = await run('bsdtar', ['-xOf', iso, 'openstack/latest/meta_data.json']);
  assert.equal(JSON.parse(metadata.stdout).hostname, `debian-${index}`);
  const { stdout: userData } = await run('isoinfo', ['-R', '-x', '/openstack/latest/user_data', '-i', iso]);
  assert.equal(userData, '#cloud-config\n{}\n');
  const listed = await run('xorriso', ['-indev', iso, '-find', '/', '-name', 'network_data.json']);
  assert.match(listed.stdout, /\/openstack\/latest\/network_data\.json/);
}

test('Debian, fetched and converted by the agent', async () => {
  await judge(await deploy(0, { image_download_source: 'http' }), 0);
});

test('Debian, fetched and converted by the service, streamed by the agent', async () => {
  await judge(await deploy(1, { image_download_source: 'local' }), 1);
});

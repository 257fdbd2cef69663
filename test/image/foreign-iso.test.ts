import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { bufferSource } from '../../src/protocol/iso9660/byte-source.ts';
import { openIso } from '../../src/protocol/iso9660/read-iso.ts';
import { isoBuffer } from '../../src/protocol/iso9660/write-iso.ts';

const run = promisify(execFile);
const LONG = `${'long-name.'.repeat(23)}json`;
const date = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
let directory = '';
let iso = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'foreign-iso-'));
  iso = join(directory, 'out.iso');
  const files = [
    { path: 'openstack/latest/meta_data.json', content: Buffer.from('{"uuid":"u"}') },
    { path: 'openstack/latest/user_data', content: Buffer.alloc(70_000, 'u') },
    { path: `openstack/${LONG}`, content: Buffer.from('long') },
    { path: 'Ünïcode Name', content: Buffer.from('x') },
    { path: 'isolinux/isolinux.bin', content: Buffer.alloc(3000, 1) },
    { path: 'boot/grub/efiboot.img', content: Buffer.alloc(1 << 20, 2) },
    ...Array.from({ length: 200 }, (_, i) => ({ path: `many/file number ${i}.txt`, content: Buffer.from(String(i)) })),
  ];
  await writeFile(
    iso,
    await isoBuffer({
      label: 'config-2',
      publisher: 'pub',
      date,
      files,
      boot: { bios: 'isolinux/isolinux.bin', efi: 'boot/grub/efiboot.img' },
    }),
  );
});
after(() => rm(directory, { recursive: true }));

test('bsdtar sees all names and contents', async () => {
  const { stdout } = await run('bsdtar', ['-tf', iso], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  const names = stdout.split('\n');
  for (const name of ['openstack/latest/meta_data.json', `openstack/${LONG}`, 'Ünïcode Name', 'many/file number 199.txt'])
    assert.ok(names.includes(name), `${name} in ${stdout.slice(0, 500)}`);
  await run('bsdtar', ['-xf', iso, '-C', directory, 'openstack', 'many']);
  assert.equal(await readFile(join(directory, 'openstack/latest/user_data'), 'utf8'), 'u'.repeat(70_000));
  assert.equal(await readFile(join(directory, 'openstack', LONG), 'utf8'), 'long');
  assert.equal(await readFile(join(directory, 'many/file number 77.txt'), 'utf8'), '77');
});

test('isoinfo reads descriptors, Rock Ridge and Joliet without a complaint', async () => {
  const facts = await run('isoinfo', ['-d', '-i', iso]);
  for (const text of [
    'Volume id: config-2',
    'Publisher id: pub',
    'Joliet with UCS level 3 found',
    'Rock Ridge signatures version 1 found',
    'Eltorito',
  ])
    assert.ok(facts.stdout.includes(text), `${text} in ${facts.stdout}`);
  assert.equal(facts.stderr, '');
  const rock = await run('isoinfo', ['-R', '-f', '-i', iso]);
  assert.ok(rock.stdout.includes(`/openstack/${LONG}\n`));
  assert.equal(rock.stdout.trim().split('\n').length, 212);
  const joliet = await run('isoinfo', ['-J', '-x', '/many/file number 12.txt', '-i', iso]);
  assert.equal(joliet.stdout, '12');
});

test('xorriso loads the tree and both boot images', async () => {
  const { stdout, stderr } = await run('xorriso', [
    '-indev',
    iso,
    '-report_el_torito',
    'plain',
    '-find',
    '/',
    '-type',
    'f',
    '-exec',
    'lsdl',
  ]);
  assert.doesNotMatch(stderr, /FAILURE|SORRY|WARNING/);
  assert.match(stdout, /El Torito boot img :\s+1\s+BIOS\s+y\s+none/);
  assert.match(stdout, /El Torito boot img :\s+2\s+UEFI\s+y\s+none/);
  assert.match(stdout, /boot-info-table/);
  assert.ok(stdout.includes(LONG));
});

test('images of genisoimage and xorriso are read', async () => {
  const source = join(directory, 'openstack');
  for (const [program, args] of [
    ['genisoimage', ['-quiet', '-R', '-J', '-V', 'config-2', '-o', join(directory, 'g.iso'), source]],
    ['genisoimage', ['-quiet', '-J', '-V', 'config-2', '-o', join(directory, 'g.iso'), source]],
    ['xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-V', 'config-2', '-o', join(directory, 'g.iso'), source]],
  ] as const) {
    await run(program, args);
    const image = await openIso(bufferSource(await readFile(join(directory, 'g.iso'))));
    assert.equal(image.label, 'config-2');
    assert.equal((await image.readFile('latest/user_data', 1 << 20)).length, 70_000);
    if (image.names === 'rock-ridge') assert.equal(await image.fileSize(LONG), 4);
  }
});

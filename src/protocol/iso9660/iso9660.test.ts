import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { bufferSource } from './byte-source.ts';
import { SECTOR } from './fields.ts';
import { IsoError } from './iso-error.ts';
import { openIso } from './read-iso.ts';
import { isoBuffer, planIso, writeIsoFile } from './write-iso.ts';

const date = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));

test('what is written is read again: label, publisher, long names, contents', async () => {
  const long = `${'n'.repeat(240)}.json`;
  const iso = await isoBuffer({
    label: 'config-2',
    publisher: 'a publisher',
    date,
    files: [
      { path: 'openstack/latest/meta_data.json', content: Buffer.from('{"uuid": 1}') },
      { path: 'openstack/latest/user_data', content: Buffer.alloc(5000, 7) },
      { path: `openstack/${long}`, content: Buffer.from('long') },
      { path: 'Ünïcode name', content: Buffer.alloc(0) },
    ],
  });
  const image = await openIso(bufferSource(iso));
  assert.equal(image.label, 'config-2');
  assert.equal(image.publisher, 'a publisher');
  assert.equal(image.names, 'rock-ridge');
  assert.deepEqual((await image.list()).map((e) => e.path).sort(), [
    'openstack',
    'openstack/latest',
    'openstack/latest/meta_data.json',
    'openstack/latest/user_data',
    `openstack/${long}`,
    'Ünïcode name',
  ]);
  assert.deepEqual(await image.readFile('openstack/latest/user_data', 5000), Buffer.alloc(5000, 7));
  assert.equal((await image.readFile('Ünïcode name', 10)).length, 0);
  await assert.rejects(image.readFile('openstack/latest/user_data', 4999), IsoError);
  await assert.rejects(image.openFile('openstack'), IsoError);
  assert.equal(await image.fileSize('nothing'), null);
});

test('the Joliet hierarchy alone carries the names too', async () => {
  const iso = await isoBuffer({ label: 'X', date, files: [{ path: 'a directory/A mixed Name.txt', content: Buffer.from('x') }] });
  const rootBlock = iso.readUInt32LE(16 * SECTOR + 158);
  iso.write('XX', rootBlock * SECTOR + 34, 'latin1');
  const image = await openIso(bufferSource(iso));
  assert.equal(image.names, 'joliet');
  assert.deepEqual((await image.list()).map((e) => e.path).sort(), ['a directory', 'a directory/A mixed Name.txt']);
});

test('both boot images stand in the catalogue and the BIOS image knows its place', async () => {
  const bios = Buffer.alloc(3000, 1);
  const iso = await isoBuffer({
    label: 'VMEDIA_BOOT_ISO',
    date,
    files: [
      { path: 'isolinux/isolinux.bin', content: bios },
      { path: 'boot/grub/efiboot.img', content: Buffer.alloc(4096, 2) },
    ],
    boot: { bios: 'isolinux/isolinux.bin', efi: 'boot/grub/efiboot.img' },
  });
  const image = await openIso(bufferSource(iso));
  const [first, second] = image.boot;
  assert.equal(first?.platform, 'bios');
  assert.equal(first?.sectors, 4);
  assert.equal(second?.platform, 'efi');
  assert.equal(second?.sectors, 8);
  assert.equal(iso[(second?.extent ?? 0) * SECTOR], 2);
  const patched = await image.readFile('isolinux/isolinux.bin', 1 << 20);
  assert.equal(patched.readUInt32LE(8), 16);
  assert.equal(patched.readUInt32LE(12), first?.extent);
  assert.equal(patched.readUInt32LE(16), 3000);
});

test('files by path are streamed, and one that changed underneath is an error', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'iso-'));
  try {
    const input = join(directory, 'kernel');
    await writeFile(input, Buffer.alloc(100_000, 9));
    const out = join(directory, 'out.iso');
    const options = { label: 'X', date, files: [{ path: 'vmlinuz', content: { path: input } }] };
    await writeIsoFile(options, out);
    const image = await openIso(bufferSource(await readFile(out)));
    assert.deepEqual(await image.readFile('vmlinuz', 1 << 20), Buffer.alloc(100_000, 9));
    const plan = await planIso(options);
    await writeFile(input, 'shorter');
    await assert.rejects(async () => {
      for await (const chunk of plan.stream()) assert.ok(chunk.length > 0);
    }, IsoError);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('bad paths are refused', async () => {
  const content = Buffer.from('x');
  const deep = Array.from({ length: 9 }, (_, i) => `d${i}`).join('/');
  for (const path of ['', '/a', 'a//b', '../a', 'a/..', 'a\0b', deep, 'x'.repeat(256)])
    await assert.rejects(isoBuffer({ label: 'X', date, files: [{ path, content }] }), IsoError, JSON.stringify(path));
  await assert.rejects(
    isoBuffer({
      label: 'X',
      date,
      files: [
        { path: 'a', content },
        { path: 'a/b', content },
      ],
    }),
    IsoError,
  );
  await assert.rejects(isoBuffer({ label: 'ü', date, files: [] }), IsoError);
});

const part = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((s) => !/[/\0]/.test(s) && s !== '.' && s !== '..' && s.isWellFormed() && Buffer.byteLength(s) <= 255);

test('property: any tree comes back as it went in', async () => {
  const tree = fc.dictionary(
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    fc.uint8Array({ maxLength: 3000 }),
    { maxKeys: 60 },
  );
  await fc.assert(
    fc.asyncProperty(tree, async (given) => {
      const paths = Object.keys(given);
      // A path that is also a directory of another one cannot be built; that case has a test of its own.
      const files = paths.filter((p) => !paths.some((q) => q.startsWith(`${p}/`)));
      const iso = await isoBuffer({ label: 'L', date, files: files.map((path) => ({ path, content: given[path] ?? new Uint8Array() })) });
      assert.equal(iso.length % SECTOR, 0);
      const image = await openIso(bufferSource(iso));
      const listed = (await image.list()).filter((e) => e.kind === 'file');
      assert.deepEqual(listed.map((e) => e.path).sort(), [...files].sort());
      for (const path of files) assert.deepEqual(await image.readFile(path, 3000), Buffer.from(given[path] ?? []));
    }),
    { numRuns: 60 },
  );
});

test('fuzz: a mutated image is read or refused, and never hangs', async () => {
  const iso = await isoBuffer({
    label: 'L',
    date,
    files: [
      { path: 'a/b/c', content: Buffer.alloc(10) },
      { path: 'a/long-enough-a-name-to-matter.txt', content: Buffer.alloc(3000) },
    ],
    boot: { efi: 'a/b/c' },
  });
  // Most of an image is zeros that nobody reads: bytes that mean something are hit more often.
  const telling = [...iso.keys()].filter((at) => at >= 16 * SECTOR && iso[at] !== 0);
  const place = fc.oneof(fc.constantFrom(...telling), fc.integer({ min: 16 * SECTOR, max: iso.length - 1 }));
  const change = fc.record({ at: place, value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 40 }),
      fc.option(fc.integer({ min: 0, max: iso.length })),
      async (changes, cut) => {
        const bytes = Buffer.from(iso.subarray(0, cut ?? iso.length));
        for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const image = await openIso(bufferSource(bytes));
          for (const entry of await image.list()) if (entry.kind === 'file') await image.readFile(entry.path, 1 << 20);
        } catch (error) {
          assert.ok(error instanceof IsoError, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

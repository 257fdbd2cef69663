import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { configFrom } from '../config/config-from.ts';
import { silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { hasCode } from '../model/errors.ts';
import { bufferSource } from '../protocol/iso9660/byte-source.ts';
import { openIso } from '../protocol/iso9660/read-iso.ts';
import { createBootFiles } from './boot-files.ts';
import { checkKernelCommandLine, oneLine } from './kernel-command-line.ts';
import { buildVirtualMediaIso } from './virtual-media-iso.ts';

let directory = '';
let web: Server;
let base = '';
let etag = '"1"';
let body = 'kernel one';
const requests: string[] = [];
const path = (name: string): string => join(directory, name);
const never = new AbortController().signal;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vmedia-'));
  await writeFile(path('kernel'), 'K'.repeat(5000));
  await writeFile(path('ramdisk'), 'R'.repeat(70_000));
  await writeFile(path('esp'), Buffer.alloc(8192, 1));
  await writeFile(path('isolinux.bin'), Buffer.alloc(3000, 2));
  web = createServer((request, response) => {
    requests.push(String(request.method));
    response.writeHead(200, { ETag: etag, 'Content-Length': body.length }).end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
after(async () => {
  web.close();
  web.closeAllConnections();
  await rm(directory, { recursive: true });
});

async function build(extra: Partial<Parameters<typeof buildVirtualMediaIso>[0]> = {}) {
  const outFile = path('out.iso');
  await buildVirtualMediaIso({
    kernel: path('kernel'),
    ramdisk: path('ramdisk'),
    kernelParams: 'nofb vga=normal ipa-api-url=http://192.0.2.1:6385 x=a;b',
    outFile,
    ...extra,
  });
  const image = await openIso(bufferSource(await readFile(outFile)));
  return { image, text: async (name: string): Promise<string> => (await image.readFile(name, 1 << 20)).toString() };
}

test('the disc holds kernel, ramdisk and both configurations', async () => {
  const { image, text } = await build({ publisher: 'pub' });
  assert.equal(image.label, 'VMEDIA_BOOT_ISO');
  assert.equal(image.publisher, 'pub');
  assert.deepEqual(image.boot, []);
  assert.equal(await text('vmlinuz'), 'K'.repeat(5000));
  assert.equal(await text('initrd'), 'R'.repeat(70_000));
  assert.match(await text('isolinux/isolinux.cfg'), /\nkernel \/vmlinuz\nappend initrd=\/initrd text nofb .* x=a;b --\n/);
  assert.match(
    await text('EFI/BOOT/grub.cfg'),
    /\n {2}linux \/vmlinuz nofb vga=normal ipa-api-url=http:\/\/192\.0\.2\.1:6385 'x=a;b' --\n {2}initrd \/initrd\n/,
  );
});

test('boot loaders, certificate and static network data are put on it where they are given', async () => {
  const { image, text } = await build({
    bootloader: path('esp'),
    isolinux: { bin: path('isolinux.bin'), ldlinux: path('kernel') },
    grubConfigPath: 'EFI/debian/grub.cfg',
    networkData: { links: [{ id: 'a' }], networks: [], services: [] },
    apiCertificate: Buffer.from('PEM'),
  });
  assert.equal(image.label, 'config-2');
  assert.deepEqual(
    image.boot.map((entry) => entry.platform),
    ['bios', 'efi'],
  );
  assert.equal(JSON.parse(await text('openstack/latest/network_data.json')).links[0].id, 'a');
  assert.equal(await text('etc/ironic-python-agent/ironic.crt'), 'PEM');
  assert.match(await text('etc/ironic-python-agent.d/ironic-tls.conf'), /cafile = \/etc\/ironic-python-agent\/ironic\.crt/);
  assert.equal(await image.fileSize('isolinux/ldlinux.c32'), 5000);
  assert.ok((await text('EFI/debian/grub.cfg')).includes('menuentry'));
});

test('kernel parameters are words, and nothing that ends a line gets through', () => {
  for (const good of [
    '',
    'a',
    'nofb vga=normal',
    'ipa-x=http://[2001:db8::1]:6385/v1?a=b',
    'x="two words" y',
    'quiet -- single',
    'a.b_c-d=',
  ])
    checkKernelCommandLine('x', good);
  for (const bad of ['a\nb', 'a=\u00e9', 'é=1', 'a="unclosed', "a='x'", '$(x)', 'a=b\0', ';x', 'a="b"c'])
    assert.throws(
      () => checkKernelCommandLine('params', bad),
      (e) => hasCode(e, 'INVALID_PARAMETER') && /^params: /.test(e.message),
      JSON.stringify(bad),
    );
  assert.throws(
    () => checkKernelCommandLine('params', 'ipa-agent-token="geheim'),
    (e) => e instanceof Error && !e.message.includes('geheim'),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = oneLine(text);
      assert.doesNotMatch(line, /[\r\n\0]/);
      try {
        checkKernelCommandLine('x', line);
      } catch (error) {
        assert.ok(hasCode(error, 'INVALID_PARAMETER'));
        return;
      }
      assert.match(line, /^[\x20-\x7e]*$/);
    }),
  );
});

test('boot files: allowed local paths as they are, web resources once until they change', async () => {
  const clock = new VirtualClock(Date.now());
  const files = createBootFiles({
    config: configFrom({ 'conductor.file_url_allowed_paths': directory }),
    clock,
    log: silentLogger,
    directory: path('cache'),
  });
  assert.equal(await files.localPath(`file://${path('kernel')}`, never), path('kernel'));
  await assert.rejects(files.localPath('file:///etc/hostname', never), (e) => hasCode(e, 'INVALID_PARAMETER'));
  await assert.rejects(files.check('glance://x'), (e) => hasCode(e, 'NOT_BUILT'));

  const [first, second] = await Promise.all([files.localPath(`${base}/kernel`, never), files.localPath(`${base}/kernel`, never)]);
  assert.equal(first, second);
  assert.deepEqual(requests, ['GET']);
  await files.localPath(`${base}/kernel`, never);
  assert.deepEqual(requests, ['GET', 'HEAD']);
  etag = '"2"';
  body = 'kernel two!';
  assert.equal(await readFile(await files.localPath(`${base}/kernel`, never), 'utf8'), 'kernel two!');
  assert.deepEqual(requests, ['GET', 'HEAD', 'HEAD', 'GET']);

  await clock.advance(8 * 24 * 3600_000);
  await files.localPath(`${base}/other`, never);
  assert.equal((await readdir(path('cache'))).filter((name) => !name.endsWith('.tag')).length, 1, 'unused for over a week: gone');
});

test('work files are gone when the work is done or has failed', async () => {
  const files = createBootFiles({ config: configFrom({}), clock: new VirtualClock(), log: silentLogger, directory: path('work') });
  assert.equal(await files.withWorkFile('.iso', async (file) => writeFile(file, 'x').then(() => 5)), 5);
  await assert.rejects(
    files.withWorkFile('.iso', () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.deepEqual(await readdir(path('work')), []);
});

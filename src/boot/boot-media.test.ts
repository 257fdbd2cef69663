import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { get, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { silentLogger } from '../config/logger.ts';
import { hasCode } from '../model/errors.ts';
import { createMediaPublisher } from './create-media-publisher.ts';
import { type FileServer, startFileServer } from './file-server.ts';
import { parseRange } from './parse-range.ts';
import { pathInUrl } from './path-in-url.ts';

let root = '';
let server: FileServer;
const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'files-'));
  await mkdir(join(root, 'redfish'));
  await writeFile(join(root, 'redfish', 'boot.iso'), CONTENT);
  await writeFile(join(root, '.hidden'), 'x');
  await writeFile(join(root, 'empty'), '');
  server = await startFileServer({ host: '127.0.0.1', port: 0, root, log: silentLogger });
});
after(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** Sends the target as it stands, which fetch would normalise. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: Buffer; headers: NodeJS.Dict<string | string[]> }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, headers, method, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks), headers: answer.headers }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('whole files, HEAD, and validators', async () => {
  const whole = await raw('/redfish/boot.iso');
  assert.equal(whole.status, 200);
  assert.ok(whole.body.equals(CONTENT));
  assert.equal(whole.headers['accept-ranges'], 'bytes');
  const head = await raw('//redfish/boot.iso?x=1', {}, 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], '100000');
  assert.equal(head.body.length, 0);
  const etag = String(whole.headers.etag);
  assert.equal((await raw('/redfish/boot.iso', { 'If-None-Match': etag })).status, 304);
  assert.equal((await raw('/redfish/boot.iso', { 'If-None-Match': '"other"' })).status, 200);
  assert.equal((await raw('/redfish/boot.iso', { 'If-Modified-Since': String(whole.headers['last-modified']) })).status, 304);
  assert.equal((await raw('/empty')).headers['content-length'], '0');
});

test('ranges, also conditional and impossible ones', async () => {
  const etag = String((await raw('/redfish/boot.iso', {}, 'HEAD')).headers.etag);
  const part = await raw('/redfish/boot.iso', { Range: 'bytes=10-19', 'If-Range': etag });
  assert.equal(part.status, 206);
  assert.equal(part.headers['content-range'], 'bytes 10-19/100000');
  assert.ok(part.body.equals(CONTENT.subarray(10, 20)));
  assert.ok((await raw('/redfish/boot.iso', { Range: 'bytes=-5' })).body.equals(CONTENT.subarray(-5)));
  assert.ok((await raw('/redfish/boot.iso', { Range: 'bytes=99990-' })).body.equals(CONTENT.subarray(99_990)));
  const beyond = await raw('/redfish/boot.iso', { Range: 'bytes=100000-' });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers['content-range'], 'bytes */100000');
  assert.equal((await raw('/redfish/boot.iso', { Range: 'bytes=0-1', 'If-Range': '"old"' })).status, 200);
});

test('nothing outside of the root, no directories, no hidden files, no other methods', async () => {
  for (const path of [
    '/',
    '/redfish',
    '/redfish/',
    '/../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/redfish/..%2f..%2fetc/passwd',
    '/.hidden',
    '/a%00b',
    '/%zz',
    '/none',
  ])
    assert.equal((await raw(path)).status, 404, path);
  assert.equal((await raw('/redfish/boot.iso', {}, 'PUT')).status, 405);
});

test('property: a path from a URL never leaves the directory it is joined to', () => {
  const piece = fc.constantFrom('..', '.', '%2e', '%2f', '%5c', '/', '\\', 'a', '%00', '?', '#', '//');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = pathInUrl(`/${pieces.join('')}`);
      if (path !== null) assert.ok(join('/srv/files', path).startsWith('/srv/files/'), path);
    }),
    { numRuns: 2000 },
  );
});

test('property: a range lies within the file', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'bytes=-0123456789, ') }), fc.nat(), fc.nat(1000), (text, number, size) => {
      for (const header of [text, `bytes=${number}-`, `bytes=-${number}`, `bytes=${number}-${number + size}`]) {
        const range = parseRange(header, size);
        if (range !== null && range !== 'unsatisfiable') assert.ok(0 <= range.start && range.start <= range.end && range.end < size);
      }
    }),
  );
});

test('a slow client holds back the reading, and one that leaves does no harm', async () => {
  await writeFile(join(root, 'large'), Buffer.alloc(64 << 20));
  const before = process.memoryUsage().rss;
  await Promise.all(
    Array.from(
      { length: 40 },
      () =>
        new Promise<void>((resolve, reject) => {
          const sent = get(`${server.url}/large`, { agent: false }, (answer) => {
            answer.once('readable', () => {
              answer.destroy();
              resolve();
            });
          });
          sent.on('error', reject);
        }),
    ),
  );
  assert.ok(process.memoryUsage().rss - before < 256 << 20);
  assert.equal((await raw('/redfish/boot.iso', { Range: 'bytes=0-0' })).status, 206);
});

test('publishing: unguessable names, replaced and withdrawn by owner, linked where possible', async () => {
  const media = createMediaPublisher({ root, baseUrl: `${server.url}/` });
  const first = await media.publish('boot', 'node-1', 'boot.iso', { bytes: Buffer.from('one') });
  assert.match(first, /\/boot\/[0-9a-f]{24}-[0-9a-f]{32}\/boot\.iso$/);
  assert.equal(await (await fetch(first)).text(), 'one');
  const other = await media.publish('boot', 'node-2', 'boot.iso', { bytes: Buffer.from('two') });
  const file = join(root, 'redfish', 'boot.iso');
  const second = await media.publish('boot', 'node-1', 'boot.iso', { path: file });
  assert.equal((await fetch(first)).status, 404);
  assert.equal((await stat(join(root, new URL(second).pathname))).ino, (await stat(file)).ino);

  // Another instance, as after a restart, knows what belongs to whom.
  await createMediaPublisher({ root, baseUrl: server.url }).withdraw('boot', 'node-1');
  assert.equal((await fetch(second)).status, 404);
  assert.ok((await readFile(file)).equals(CONTENT), 'the source is untouched');
  assert.equal(await (await fetch(other)).text(), 'two');
  await media.withdraw('boot', 'node-2');
  await media.withdraw('nothing', 'node-2');
  assert.deepEqual(await readdir(join(root, 'boot')), []);
});

test('publishing: a failure leaves nothing behind, bad names are refused, and turns are kept', async () => {
  const media = createMediaPublisher({ root, baseUrl: server.url });
  await assert.rejects(media.publish('fails', 'n', 'x', { path: join(root, 'none') }), /ENOENT/);
  assert.deepEqual(await readdir(join(root, 'fails')), []);
  for (const name of ['', '../x', '.x', 'a/b', 'a b'])
    await assert.rejects(
      async () => media.publish('k', 'n', name, { bytes: Buffer.alloc(1) }),
      (e) => hasCode(e, 'INVALID_PARAMETER'),
      name,
    );
  const urls = await Promise.all(Array.from({ length: 20 }, (_, i) => media.publish('many', 'n', 'f', { bytes: Buffer.from(String(i)) })));
  assert.deepEqual((await readdir(join(root, 'many'))).length, 1);
  assert.equal(await (await fetch(urls.at(-1) ?? '')).text(), '19');
});

test('symbolic links inside of the root are not a way out', async () => {
  await symlink('/etc/passwd', join(root, 'link'));
  assert.equal((await raw('/link')).status, 404);
});

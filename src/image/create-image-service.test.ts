import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { configFrom } from '../config/config-from.ts';
import { silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { type ErrorCode, hasCode } from '../model/errors.ts';
import { createImageService } from './create-image-service.ts';
import type { ImageReference, ImageService } from './image-service.ts';

/** A web server whose answers a test sets. */
let web: Server;
let base = '';
let files = new Map<string, Buffer>();
const requests: string[] = [];
let cutAfter: number | null = null;
/** While set, bodies wait for it. */
let holdBodies: Promise<void> | null = null;

let directory = '';
const clock = new VirtualClock();
const never = new AbortController().signal;
let count = 0;
const published = new Map<string, string>();

before(async () => {
  web = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    requests.push(`${request.method} ${path}`);
    if (path.startsWith('/moved/')) {
      response.writeHead(302, { Location: path.replace('/moved', '') }).end();
      return;
    }
    const body = files.get(path);
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Length': body.length });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await holdBodies;
    if (cutAfter === null) response.end(body);
    else response.write(body.subarray(0, cutAfter), () => response.destroy());
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
after(() => {
  web.close();
  web.closeAllConnections();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'images-'));
  await mkdir(join(directory, 'allowed'));
  await mkdir(join(directory, 'web'));
  files = new Map();
  requests.length = 0;
  published.clear();
  cutAfter = null;
  holdBodies = null;
});
afterEach(() => rm(directory, { recursive: true }));

function service(values: Record<string, string> = {}): ImageService {
  return createImageService({
    config: configFrom({ 'conductor.file_url_allowed_paths': join(directory, 'allowed'), ...values }),
    clock,
    log: silentLogger,
    dataDir: directory,
    media: {
      async publish(_kind, owner, name, source) {
        const target = join(directory, 'web', `${count++}-${name}`);
        await link(source.path, target);
        published.set(owner, target);
        return `http://files/${name}`;
      },
      async withdraw(_kind, owner) {
        const target = published.get(owner);
        if (target) await rm(target);
        published.delete(owner);
      },
    },
  });
}

function reference(source: string, extra: Partial<ImageReference> = {}): ImageReference {
  return { source, checksum: null, hashAlgo: null, hashValue: null, diskFormat: null, ...extra };
}

const hash = (bytes: Uint8Array, algorithm = 'sha256'): string => createHash(algorithm).update(bytes).digest('hex');
const code =
  (wanted: ErrorCode, pattern = /./) =>
  (error: unknown) =>
    hasCode(error, wanted) && pattern.test(error.message);
const RAW = Buffer.alloc(100_000, 'some image ');
/** A disk of 1 MiB with text in it, in a compressed QCOW2 image; see test/data/qcow2/README.md. */
const QCOW2 = gunzipSync(await readFile(fileURLToPath(new URL('../../test/data/qcow2/zlib.qcow2.gz', import.meta.url))));

test('http: the agent gets the final URL and a digest', async () => {
  files.set('/a/disk.img', RAW).set('/a/SHA256SUMS', Buffer.from(`# sums\n${hash(RAW)} *disk.img\n`));
  const images = service();
  const byValue = await images.prepare('n', reference(`${base}/moved/a/disk.img`, { checksum: hash(RAW, 'sha512') }), 'http', never);
  assert.deepEqual(byValue, {
    url: `${base}/a/disk.img`,
    hashAlgo: 'sha512',
    hashValue: hash(RAW, 'sha512'),
    diskFormat: 'unknown',
    virtualSize: null,
  });
  const byFile = await images.prepare(
    'n',
    reference(`${base}/a/disk.img`, { checksum: `${base}/a/SHA256SUMS`, diskFormat: 'raw' }),
    'http',
    never,
  );
  assert.equal(byFile.hashValue, hash(RAW));
  assert.equal(byFile.diskFormat, 'raw');
  assert.ok(!requests.includes('GET /a/disk.img'), 'the service does not fetch it itself');
});

test('validation tells what is missing or wrong', async () => {
  files.set('/disk.img', RAW);
  const images = service();
  const url = `${base}/disk.img`;
  const sum = { checksum: hash(RAW) };
  await images.validate(reference(url, sum));
  await assert.rejects(images.validate(reference(url)), code('INVALID_PARAMETER', /image_checksum/));
  await assert.rejects(images.validate(reference(url, { hashAlgo: 'sha256' })), code('INVALID_PARAMETER', /belong together/));
  await assert.rejects(images.validate(reference(url, { checksum: 'xyz' })), code('INVALID_PARAMETER', /hexadecimal/));
  await assert.rejects(
    images.validate(reference(url, { hashAlgo: 'sha512', hashValue: hash(RAW) })),
    code('INVALID_PARAMETER', /128 digits/),
  );
  await assert.rejects(images.validate(reference(`${base}/none`, sum)), code('IMAGE_DOWNLOAD_FAILED', /404/));
  await assert.rejects(images.validate(reference(`${base}/`, sum)), code('INVALID_PARAMETER', /directory/));
  await assert.rejects(images.validate(reference('ftp://x/y', sum)), code('INVALID_PARAMETER', /schemes/));
  await assert.rejects(images.validate(reference('c2b4a5e4-1c9f-4a3b-9a60-4c2f8e0f6f11')), code('NOT_BUILT'));
  await assert.rejects(images.validate(reference(url, { ...sum, diskFormat: 'vmdk' })), code('IMAGE_REFUSED', /permitted/));
  const lax = service({ 'agent.allow_md5_checksum': 'true' });
  await lax.validate(reference(url, { checksum: hash(RAW, 'md5') }));
  await assert.rejects(images.validate(reference(url, { checksum: hash(RAW, 'md5') })), code('INVALID_PARAMETER', /MD5/));
});

test('file sources only below allowed directories, symbolic links resolved', async () => {
  const images = service();
  await writeFile(join(directory, 'outside'), RAW);
  await writeFile(join(directory, 'allowed', 'disk'), RAW);
  await symlink(join(directory, 'outside'), join(directory, 'allowed', 'link'));
  await images.validate(reference(`file://${directory}/allowed/disk`));
  for (const path of ['outside', 'allowed/link', 'allowed/../outside', 'allowed/none', 'allowed'])
    await assert.rejects(images.validate(reference(`file://${directory}/${path}`)), code('INVALID_PARAMETER', /allowed_paths/), path);
  await assert.rejects(images.validate(reference('file://host/x')), code('INVALID_PARAMETER', /three slashes/));
  const all = service({ 'conductor.file_url_allowed_paths': '/' });
  await assert.rejects(all.validate(reference('file:///etc/passwd')), code('INVALID_PARAMETER', /never served/));

  const prepared = await images.prepare('n', reference(`file://${directory}/allowed/disk`), 'http', never);
  assert.deepEqual(prepared, {
    url: 'http://files/disk.raw',
    hashAlgo: 'sha256',
    hashValue: hash(RAW),
    diskFormat: 'raw',
    virtualSize: 100_000,
  });
});

test('local: downloads once for many, serves, and fetches again only what it does not have', async () => {
  files.set('/disk.img', RAW);
  const images = service();
  const wish = reference(`${base}/disk.img`, { checksum: hash(RAW) });
  const all = await Promise.all(Array.from({ length: 8 }, (_, i) => images.prepare(`node-${i}`, wish, 'local', never)));
  assert.equal(requests.filter((r) => r === 'GET /disk.img').length, 1);
  for (const one of all) assert.equal(one.hashValue, hash(RAW));
  assert.ok((await readFile(published.get('node-3') ?? '')).equals(RAW));
  await images.release('node-3');
  await service().prepare('later', wish, 'local', never);
  assert.equal(requests.filter((r) => r === 'GET /disk.img').length, 1);
});

test('local: qcow2 becomes raw with a digest of its own, unless the configuration says otherwise', async () => {
  files.set('/disk.qcow2', QCOW2);
  const wish = reference(`${base}/disk.qcow2`, { checksum: hash(QCOW2, 'sha256'), diskFormat: 'qcow2' });
  const raw = await service().prepare('n', wish, 'local', never);
  assert.equal(raw.diskFormat, 'raw');
  assert.equal(raw.virtualSize, 1 << 20);
  assert.equal(raw.hashAlgo, 'sha256');
  const bytes = await readFile(published.get('n') ?? '');
  assert.equal(raw.hashValue, hash(bytes));
  assert.ok(bytes.includes('some text to be packed'));
  const kept = await service({ 'DEFAULT.force_raw_images': 'false' }).prepare('m', wish, 'local', never);
  assert.equal(kept.diskFormat, 'qcow2');
  assert.equal(kept.virtualSize, 1 << 20);
  assert.ok((await readFile(published.get('m') ?? '')).equals(QCOW2));
});

test('local: zstd-compressed images are unpacked and get a new digest', async () => {
  const packed = zstdCompressSync(RAW);
  files.set('/disk.zst', packed);
  const images = service();
  const prepared = await images.prepare('n', reference(`${base}/disk.zst`, { checksum: hash(packed) }), 'local', never);
  assert.equal(prepared.hashValue, hash(RAW));
  const damaged = Buffer.from(packed.subarray(0, packed.length - 10));
  files.set('/damaged.zst', damaged);
  await assert.rejects(
    images.prepare('n', reference(`${base}/damaged.zst`, { checksum: hash(damaged) }), 'local', never),
    code('IMAGE_REFUSED', /zstd/),
  );
});

test('local: nothing of a failed, false or refused download counts', async () => {
  const images = service();
  const wish = reference(`${base}/disk.img`, { checksum: hash(RAW) });
  files.set('/disk.img', RAW);
  cutAfter = 5000;
  await assert.rejects(images.prepare('n', wish, 'local', never), code('IMAGE_DOWNLOAD_FAILED'));
  cutAfter = null;
  files.set('/disk.img', Buffer.concat([RAW, RAW]));
  await assert.rejects(images.prepare('n', wish, 'local', never), code('IMAGE_CHECKSUM_MISMATCH'));
  files.set('/disk.qcow2', QCOW2);
  await assert.rejects(
    images.prepare('n', reference(`${base}/disk.qcow2`, { checksum: hash(QCOW2), diskFormat: 'raw' }), 'local', never),
    code('IMAGE_REFUSED', /declared as raw/),
  );
  assert.deepEqual(await readdir(join(directory, 'images')), []);
  files.set('/disk.img', RAW);
  assert.equal((await images.prepare('n', wish, 'local', never)).hashValue, hash(RAW));
});

test('local: a download goes on while anybody wants it, and ends with the last', async () => {
  files.set('/disk.img', RAW);
  const images = service();
  const wish = reference(`${base}/disk.img`, { checksum: hash(RAW) });
  let go = (): void => undefined;
  holdBodies = new Promise((resolve) => {
    go = resolve;
  });
  const first = new AbortController();
  const one = images.prepare('one', wish, 'local', first.signal);
  const two = images.prepare('two', wish, 'local', never);
  while (!requests.includes('GET /disk.img')) await new Promise((resolve) => setImmediate(resolve));
  first.abort(new Error('no longer wanted'));
  await assert.rejects(one, /no longer wanted/);
  go();
  assert.equal((await two).hashValue, hash(RAW));

  holdBodies = new Promise((resolve) => {
    go = resolve;
  });
  files.set('/other.img', QCOW2);
  const last = new AbortController();
  const three = images.prepare('three', reference(`${base}/other.img`, { checksum: hash(QCOW2) }), 'local', last.signal);
  while (!requests.includes('GET /other.img')) await new Promise((resolve) => setImmediate(resolve));
  last.abort(new Error('given up'));
  await assert.rejects(three, /given up/);
  go();
});

test('the cache forgets by age and size, but never what is published', async () => {
  const images = service({ 'pxe.image_cache_ttl': '60' });
  const sources = [1, 2].map((n) => Buffer.alloc(50_000, `image ${n}`));
  for (const [i, bytes] of sources.entries()) {
    files.set(`/${i}`, bytes);
    await images.prepare(`node-${i}`, reference(`${base}/${i}`, { checksum: hash(bytes) }), 'local', never);
  }
  const cached = async (): Promise<number> => (await readdir(join(directory, 'images'))).filter((n) => n.endsWith('.image')).length;
  await images.release('node-0');
  await clock.advance(61 * 60_000);
  const trigger = (values: Record<string, string>): Promise<unknown> =>
    service(values).prepare('x', reference(`${base}/0`, { checksum: hash(sources[0] ?? RAW) }), 'http', never);
  await trigger({ 'pxe.image_cache_ttl': '60' });
  assert.equal(await cached(), 1, 'the released one went, the published one stayed');
  await images.release('node-1');
  await trigger({ 'pxe.image_cache_size': '0' });
  assert.equal(await cached(), 0);
});

test('leftovers of a crash are swept away after an hour', async () => {
  await mkdir(join(directory, 'images'));
  const path = join(directory, 'images', 'work-abc.original');
  await writeFile(path, 'x');
  files.set('/a', RAW);
  const trigger = (): Promise<unknown> => service().prepare('n', reference(`${base}/a`, { checksum: hash(RAW) }), 'http', never);
  const written = new Date(clock.now() - 59 * 60_000);
  await utimes(path, written, written);
  await trigger();
  assert.deepEqual(await readdir(join(directory, 'images')), ['work-abc.original']);
  await clock.advance(2 * 60_000);
  await trigger();
  assert.deepEqual(await readdir(join(directory, 'images')), []);
});

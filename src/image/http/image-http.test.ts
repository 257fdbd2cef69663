import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { configuredImageHttp } from './configured-image-http.ts';
import { createImageHttp, printableUrl } from './image-http.ts';
import { saveStream } from './save-stream.ts';

const servers: Server[] = [];
const seen: IncomingMessage[] = [];
let first = '';
let second = '';

async function serve(): Promise<string> {
  const server = createServer((request, response) => {
    seen.push(request);
    const redirect = /^\/to\/(.+)$/.exec(request.url ?? '')?.[1];
    if (redirect !== undefined) response.writeHead(302, { Location: decodeURIComponent(redirect) }).end();
    else if (request.url === '/loop') response.writeHead(301, { Location: '/loop' }).end();
    else if (request.url === '/slow') response.writeHead(200, { 'Content-Length': 10 }).write('12345');
    else
      response
        .writeHead(200, { ETag: '"t"', 'Last-Modified': 'Fri, 02 Jan 2026 03:04:05 GMT', 'Cache-Control': 'no-store', 'Content-Length': 5 })
        .end(request.method === 'HEAD' ? undefined : 'image');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

before(async () => {
  first = await serve();
  second = await serve();
});
after(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const failed = (pattern: RegExp) => (e: unknown) => hasCode(e, 'IMAGE_DOWNLOAD_FAILED') && pattern.test(e.message);

test('headers, redirects, and limits', async () => {
  const http = createImageHttp();
  assert.deepEqual(await http.head(`${first}/to/${encodeURIComponent(`${second}/x`)}`), {
    url: `${second}/x`,
    contentLength: 5,
    lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
    etag: '"t"',
    noStore: true,
  });
  assert.equal((await http.bytes(`${first}/x`, 5)).toString(), 'image');
  await assert.rejects(http.bytes(`${first}/x`, 4), failed(/more than 4 bytes/));
  await assert.rejects(http.head(`${first}/loop`), failed(/more than 10 times/));
  await assert.rejects(http.head(`${first}/to/file:%2F%2F%2Fetc%2Fpasswd`), failed(/no http/));
  await assert.rejects(http.head('http://127.0.0.1:1/x'), failed(/ECONNREFUSED|bad port|connect/));
  await http.close();
});

test('credentials go to the host that was named and to no other', async () => {
  const http = createImageHttp({ basicAuth: { user: 'u', password: new Secret('p') } });
  seen.length = 0;
  await http.head(`${first}/to/${encodeURIComponent(`${second}/x`)}`);
  assert.deepEqual(
    seen.map((request) => request.headers.authorization),
    [`Basic ${Buffer.from('u:p').toString('base64')}`, undefined],
  );
  await http.close();
});

test('a server that stops sending is given up', async () => {
  const http = createImageHttp({ timeoutMs: 1000 });
  await assert.rejects(http.bytes(`${first}/slow`, 100), failed(/.+/));
  await http.close();
});

test('messages show no credentials and no signatures', () => {
  assert.equal(printableUrl('https://u:p@host:8/a/b?sig=geheim#x'), 'https://host:8/a/b');
  assert.equal(printableUrl('no url'), '"no url"');
});

test('the configuration is checked', () => {
  const refused = (e: unknown) => hasCode(e, 'INVALID_PARAMETER');
  assert.throws(() => configuredImageHttp(configFrom({ 'deploy.image_server_auth_strategy': 'http_basic' })), refused);
  assert.throws(() => configuredImageHttp(configFrom({ 'DEFAULT.webserver_verify_ca': '/no/such/file' })), refused);
});

test('a saved file has its name only when it is whole and accepted', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'save-'));
  try {
    const path = join(directory, 'image');
    const save = (text: string, extra: object = {}) =>
      saveStream(Readable.from([Buffer.from(text)]), path, { algorithm: 'sha256', ...extra });
    await assert.rejects(save('12345', { expectedBytes: 6 }), failed(/5 of 6 bytes/));
    await assert.rejects(save('12345', { maxBytes: 4 }), failed(/more than the 4/));
    const no = new WroughtError('IMAGE_CHECKSUM_MISMATCH', 'no');
    await assert.rejects(save('12345', { accept: () => Promise.reject(no) }), (e) => e === no);
    await assert.rejects(save('12345', { signal: AbortSignal.abort(new Error('stop')) }), /stop/);
    assert.deepEqual(await readdir(directory), []);
    const progress: number[] = [];
    const saved = await save('12345', { expectedBytes: 5, progress: (done: number) => progress.push(done) });
    assert.equal(saved.digest, '5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5');
    assert.deepEqual(progress, [5]);
    assert.equal(await readFile(path, 'utf8'), '12345');
  } finally {
    await rm(directory, { recursive: true });
  }
});

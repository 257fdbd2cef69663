import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createAgentCertificate } from '../../../agent/agent-certificate.ts';
import type { RedfishTarget } from '../redfish-target.ts';
import { TARGET } from '../testing/scripted-bmc.ts';
import { createHttpTransport, type HttpLimits } from './http-transport.ts';
import { type CapturedExchange, parseCapture, recordingTransport, replayTransport } from './record-replay.ts';
import { type RedfishTransport, TransportError, type TransportFailure } from './redfish-transport.ts';

const LIMITS: HttpLimits = { connectTimeoutMs: 2000, readTimeoutMs: 400, maxBodyBytes: 10_000, keepAliveMs: 2000 };
const GET = { method: 'GET', path: '/redfish/v1/', headers: {} } as const;
const cleanUp: (() => unknown)[] = [];
after(() => Promise.all(cleanUp.map((work) => work())));

async function listen(server: Server, scheme = 'http'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `${scheme}://127.0.0.1:${address.port}`;
}

function transport(address: string, target: Partial<RedfishTarget> = {}): RedfishTransport {
  const made = createHttpTransport({ ...TARGET, ...target, address }, LIMITS);
  cleanUp.push(() => made.close());
  return made;
}

const serve = async (listener: RequestListener): Promise<RedfishTransport> => transport(await listen(createServer(listener)));
const fails =
  (failure: TransportFailure, text = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof TransportError, String(error));
    assert.equal(error.failure, failure);
    assert.match(error.message, text);
    return true;
  };

describe('HTTP to a BMC', () => {
  it('keeps its connection, and unpacks what is compressed', async () => {
    const ports = new Set<number | undefined>();
    const bmc = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.setHeader('content-encoding', 'gzip').end(gzipSync('{"Id":"1"}'));
    });
    for (let i = 0; i < 3; i++) assert.equal((await bmc.send(GET)).body, '{"Id":"1"}');
    assert.equal(ports.size, 1);
  });

  it('reads no more than it must', async () => {
    const bmc = await serve((_request, response) => void response.end('x'.repeat(20_000)));
    await assert.rejects(bmc.send(GET), fails('malformed', /more than 10000 bytes/));
    const bomb = await serve(
      (_request, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(5_000_000))),
    );
    await assert.rejects(bomb.send(GET), fails('malformed', /does not unpack/));
  });

  it('tells apart how a request failed', async () => {
    const silent = await serve(() => {});
    await assert.rejects(silent.send(GET), fails('timeout'));
    const dropping = await serve((request) => void request.socket.destroy());
    await assert.rejects(dropping.send({ ...GET, method: 'POST', body: '{}' }), fails('sent'));
    const half = await serve((request, response) => {
      response.setHeader('content-length', '100').write('{');
      setImmediate(() => request.socket.destroy());
    });
    await assert.rejects(half.send(GET), fails('sent'));
    const nobody = createServer();
    const address = await listen(nobody);
    await new Promise((resolve) => nobody.close(resolve));
    await assert.rejects(transport(address).send(GET), fails('connect', /refuses connections/));
  });

  it('gives up on a body that drips without end', async () => {
    const bmc = await serve((_request, response) => {
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(drip));
    });
    await assert.rejects(bmc.send(GET), fails('timeout'));
  });

  it('stops at the signal with its reason', async () => {
    const bmc = await serve(() => {});
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error('lease lost')));
    await assert.rejects(bmc.send(GET, stop.signal), /lease lost/);
  });

  it('checks certificates against a CA file, a directory, or not at all', async () => {
    const { certificate, key } = await createAgentCertificate('127.0.0.1', Date.now());
    const address = await listen(
      createTlsServer({ cert: certificate, key }, (_request, response) => void response.end('{}')),
      'https',
    );
    const dir = mkdtempSync(join(tmpdir(), 'wrought-ca-'));
    cleanUp.push(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, 'ca.pem'), certificate);
    await assert.rejects(transport(address, { verifyCa: true }).send(GET), fails('certificate', /self-signed|unknown issuer/));
    for (const verifyCa of [false, dir, join(dir, 'ca.pem')]) assert.equal((await transport(address, { verifyCa }).send(GET)).status, 200);
    assert.throws(() => transport(address, { verifyCa: join(dir, 'none.pem') }), fails('certificate', /cannot be read/));
  });

  it('insists on the TLS version', async () => {
    const { certificate, key } = await createAgentCertificate('127.0.0.1', Date.now());
    const old = createTlsServer({ cert: certificate, key, maxVersion: 'TLSv1.2' }, (_request, response) => void response.end('{}'));
    const address = await listen(old, 'https');
    assert.equal((await transport(address, { verifyCa: false, tlsMinimumVersion: '1.2' }).send(GET)).status, 200);
    await assert.rejects(
      transport(address, { verifyCa: false, tlsMinimumVersion: '1.3' }).send(GET),
      fails('certificate', /cannot agree on TLS/),
    );
  });
});

describe('record and replay', () => {
  it('replays what was recorded, free of credentials', async () => {
    const inner: RedfishTransport = {
      send: async () => ({
        status: 201,
        headers: { 'x-auth-token': 'very-secret', location: '/s/1' },
        body: '{"UserName":"root","Password":"very-secret"}',
      }),
      close: async () => {},
    };
    const kept: CapturedExchange[] = [];
    const login = { method: 'POST', path: '/s', headers: {}, body: '{"UserName":"root","Password":"very-secret"}' } as const;
    await recordingTransport(inner, (exchange) => kept.push(exchange)).send(login);
    const text = JSON.stringify(kept);
    assert.ok(!text.includes('very-secret') && !text.includes('root'));
    const replay = replayTransport(parseCapture(JSON.parse(text)));
    assert.deepEqual((await replay.send(login)).headers.location, '/s/1');
    assert.equal((await replay.send(GET)).status, 404);
    assert.deepEqual(replay.unknown, ['GET /redfish/v1/']);
  });

  it('names the entry of a capture that is none', () => {
    assert.throws(() => parseCapture([{ method: 'GET', path: '/', status: 200, body: '{}' }, { method: 'BREW' }]), /entry 1 /);
    assert.throws(() => parseCapture({}), /list/);
  });
});

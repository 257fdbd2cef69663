import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { VirtualClock } from '../../model/clock.ts';
import { API_VERSION, type Credentials, createApiClient } from './api-client.ts';
import { ApiError, faultOf } from './api-error.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function withServer(handler: Handler, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await work(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

function clientFor(url: string, options: { clock?: VirtualClock; credentials?: Credentials } = {}) {
  return createApiClient({ url, credentials: options.credentials ?? { kind: 'none' }, clock: options.clock ?? new VirtualClock() });
}

test('sends its version and credentials, takes a URL with /v1', async () => {
  const seen: IncomingMessage['headers'][] = [];
  await withServer(
    (request, response) => {
      seen.push(request.headers);
      response.end(JSON.stringify({ path: request.url }));
    },
    async (url) => {
      const api = clientFor(`${url}/v1/`, { credentials: { kind: 'basic', username: 'u', password: 'p' } });
      assert.deepEqual(await api.get('/v1/nodes/a'), { path: '/v1/nodes/a' });
      await api.close();
    },
  );
  assert.equal(seen[0]?.['x-openstack-ironic-api-version'], API_VERSION);
  assert.equal(seen[0]?.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`);
});

test('follows every page of a list by path, whatever host the link names', async () => {
  await withServer(
    (request, response) => {
      const second = request.url?.includes('marker=1');
      response.end(JSON.stringify({ nodes: [{ n: second ? 2 : 1 }], ...(second ? {} : { next: 'http://0.0.0.0:1/v1/nodes?marker=1' }) }));
    },
    async (url) => {
      const api = clientFor(url);
      assert.deepEqual(await api.list('/v1/nodes', 'nodes'), [{ n: 1 }, { n: 2 }]);
      await api.close();
    },
  );
});

test('a locked node is asked again, another conflict is not', async () => {
  let calls = 0;
  const clock = new VirtualClock();
  await withServer(
    (request, response) => {
      calls++;
      const locked = request.url === '/locked';
      response.statusCode = locked && calls > 1 ? 200 : 409;
      response.end(
        response.statusCode === 200
          ? '{}'
          : JSON.stringify({ error_message: { faultstring: locked ? 'Node n is locked by host h' : 'exists' } }),
      );
    },
    async (url) => {
      const api = clientFor(url, { clock });
      const waiting = api.get('/locked');
      while (clock.pending === 0) await new Promise((done) => setImmediate(done));
      await clock.advance(2000);
      await waiting;
      assert.equal(calls, 2);
      await assert.rejects(
        api.get('/other'),
        (error) => error instanceof ApiError && error.status === 409 && error.message === 'GET /other: 409, exists',
      );
      assert.equal(calls, 3);
      await api.close();
    },
  );
});

test('says that nobody answers', async () => {
  const api = clientFor('http://127.0.0.1:1');
  await assert.rejects(api.get('/v1'), /no answer from http:\/\/127\.0\.0\.1:1: .*; is `wrought serve` running there\?/);
  await api.close();
});

const faults: [body: string, fault: string][] = [
  ['{"error_message":{"faultstring":"a"}}', 'a'],
  ['{"error_message":"{\\"faultstring\\":\\"b\\"}"}', 'b'],
  ['{"error_message":"plain"}', 'plain'],
  ['<html>', '<html>'],
  ['', 'no explanation'],
];
for (const [body, fault] of faults) test(`finds the sentence in ${body}`, () => assert.equal(faultOf(body), fault));

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { NewOutboxEvent } from '../../model/event.ts';
import { type ApiFixture, apiFixture, expectStatus } from '../testing/api-fixture.ts';

interface Listener {
  readonly response: IncomingMessage;
  /** Waits until the text received so far holds `part`; answers all of it. */
  until(part: string): Promise<string>;
  close(): void;
}

async function listen(t: TestContext, api: ApiFixture, query = '', headers: Record<string, string> = {}): Promise<Listener> {
  if (!api.app.server.listening) await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, path: `/wrought/v1/events${query}`, headers, agent: false });
  outgoing.end();
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  assert.ok(response);
  t.after(() => outgoing.destroy());
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    response,
    async until(part) {
      while (!text.includes(part)) await once(response, 'data');
      return text;
    },
    close: () => outgoing.destroy(),
  };
}

const event = (node_uuid: string, kind: NewOutboxEvent['kind'], n: number): NewOutboxEvent => ({
  kind,
  node_uuid,
  node_name: null,
  data: { n, text: 'two\nlines' },
});

const A = '11111111-2222-4333-8444-555555555555';
const B = '21111111-2222-4333-8444-555555555555';
const numbers = (text: string): number[] => [...text.matchAll(/"n":(\d+)/g)].map((match) => Number(match[1]));

test('events come as they happen; a client resumes where it stopped', async (t) => {
  const api = await apiFixture(t);
  await api.store.events.add(event(A, 'node.updated', 0));
  const first = await listen(t, api);
  assert.equal(first.response.statusCode, 200);
  assert.match(String(first.response.headers['content-type']), /^text\/event-stream/);
  await first.until(': wrought events');
  for (const n of [1, 2]) await api.store.events.add(event(A, 'node.power_state', n));
  const text = await first.until('"n":2');
  assert.deepEqual(numbers(text), [1, 2], 'only what happened since');
  const frame = /id: (\d+)\nevent: node\.power_state\ndata: (\{.*\})\n\n/.exec(text);
  assert.ok(frame);
  const data = JSON.parse(String(frame[2]));
  assert.deepEqual([data.kind, data.node_uuid, data.text], ['node.power_state', A, 'two\nlines']);
  first.close();
  await api.store.events.add(event(A, 'node.updated', 3));
  const resumed = await listen(t, api, '?after=0', { 'last-event-id': String(frame[1]) });
  assert.deepEqual(numbers(await resumed.until('"n":3')), [2, 3]);
  const all = await listen(t, api, '?after=0');
  assert.deepEqual(numbers(await all.until('"n":3')), [0, 1, 2, 3]);
});

test('filters by node and kind; wrong ones are refused', async (t) => {
  const api = await apiFixture(t);
  await api.node({ uuid: A, name: 'n1' });
  const filtered = await listen(t, api, '?after=0&node=n1&kind=node.updated,node.step');
  await api.store.events.add(event(B, 'node.updated', 1));
  await api.store.events.add(event(A, 'node.power_state', 2));
  await api.store.events.add(event(A, 'node.updated', 3));
  await api.store.events.add(event(A, 'node.step', 4));
  assert.deepEqual(numbers(await filtered.until('"n":4')), [3, 4]);
  expectStatus(await api.get('/wrought/v1/events?node=nobody'), 404);
  for (const query of ['after=x', 'after=-1', 'foo=1']) expectStatus(await api.get(`/wrought/v1/events?${query}`), 400);
});

test('a quiet stream says that it is alive every 15 seconds, and ends with the server', async (t) => {
  const api = await apiFixture(t);
  const quiet = await listen(t, api);
  await quiet.until(': wrought events');
  await api.clock.advance(15_000);
  await quiet.until(': still here');
  await api.app.close();
  await quiet.until('\n\n');
  if (!quiet.response.complete) await once(quiet.response, 'end');
});

test('a client that does not read holds nothing but its place, and is let go', async (t) => {
  const api = await apiFixture(t);
  const slow = await listen(t, api, '?after=0');
  slow.response.pause();
  slow.response.removeAllListeners('data');
  const big = 'x'.repeat(100_000);
  const reads: number[] = [];
  const since = api.store.events.since;
  t.mock.method(api.store.events, 'since', async (...args: Parameters<typeof since>) => {
    const rows = await since.apply(api.store.events, args);
    reads.push(rows.length);
    return rows;
  });
  for (let n = 0; n < 300; n++) await api.store.events.add({ ...event(A, 'node.updated', n), data: { big } });
  await api.clock.advance(1000);
  const readBefore = reads.reduce((sum, rows) => sum + rows, 0);
  assert.ok(readBefore < 300, `the rest waits in the store: ${readBefore} rows read`);
  slow.response.on('error', () => {});
  const closed = new Promise((resolve) => slow.response.on('close', resolve));
  // Flow control needs turns of the event loop before the stall is seen.
  for (let i = 0; i < 20; i++) await api.clock.advance(30_000);
  slow.response.resume();
  await closed;
  assert.equal(slow.response.complete, false, 'cut off, to resume later');
});

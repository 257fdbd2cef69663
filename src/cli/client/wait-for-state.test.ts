import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Dispatcher } from 'undici';
import { VirtualClock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { Progress } from './follow-node.ts';
import { waitForState } from './wait-for-state.ts';

const unused = () => Promise.reject(new Error('not used here'));

/** A service that answers the given states one after the other, without an event stream. */
function service(states: JsonObject[]): ApiClient {
  let reads = 0;
  return {
    url: 'http://test',
    get: async () => ({ uuid: 'u', name: 'r1', ...states[Math.min(reads++, states.length - 1)] }),
    post: unused,
    put: unused,
    patch: unused,
    delete: unused,
    list: unused,
    stream: () => Promise.reject(new ApiError(404, 'no stream')),
    close: async () => undefined,
  };
}

async function wait(
  states: JsonObject[],
  wanted: string[] | null,
  timeoutMs: number | null = null,
): Promise<{ states: string[]; result: string }> {
  const clock = new VirtualClock();
  const seen: Progress[] = [];
  const waiting = waitForState({
    api: service(states),
    node: 'r1',
    wanted,
    timeoutMs,
    clock,
    signal: new AbortController().signal,
    changed: (progress) => seen.push(progress),
  }).then(
    (view) => `reached ${view.state}`,
    (error: Error) => error.message,
  );
  for (let second = 0; second < 10; second++) await clock.advance(1000);
  return { states: seen.map(({ view }) => view.state), result: await waiting };
}

test('polls where there is no event stream and ends in the wanted state', async () => {
  const outcome = await wait(
    [{ provision_state: 'cleaning' }, { provision_state: 'clean wait' }, { provision_state: 'available' }],
    ['available'],
  );
  assert.deepEqual(outcome, { states: ['cleaning', 'clean wait', 'available'], result: 'reached available' });
});

test('a failure gives the reason', async () => {
  const { result } = await wait(
    [{ provision_state: 'deploying' }, { provision_state: 'deploy failed', last_error: 'no disk' }],
    ['active'],
  );
  assert.equal(result, 'node r1 is in state "deploy failed": no disk');
});

test('falling back to enroll is a failure of manage', async () => {
  const { result } = await wait([{ provision_state: 'verifying' }, { provision_state: 'enroll', last_error: 'no BMC' }], ['manageable']);
  assert.equal(result, 'node r1 is in state "enroll": no BMC');
});

test('any state without failure is good for abort', async () => {
  assert.equal((await wait([{ provision_state: 'manageable' }], null)).result, 'reached manageable');
  assert.match((await wait([{ provision_state: 'clean failed' }], null)).result, /no reason is recorded/);
});

test('gives up after the timeout and says that work goes on', async () => {
  const { result } = await wait([{ provision_state: 'deploying' }], ['active'], 3000);
  assert.equal(result, 'node r1 did not finish within 3 s; it is in state "deploying" and goes on');
});

test('the event stream tells progress and ends the wait at once', async () => {
  const clock = new VirtualClock();
  const events = new Readable({ read: () => undefined });
  let state = 'deploying';
  const seen: Progress[] = [];
  const api: ApiClient = {
    ...service([]),
    get: async () => ({ uuid: 'u', name: 'r1', provision_state: state }),
    stream: async (_path, _headers, signal) => {
      // As undici does: an aborted request ends its body.
      signal?.addEventListener('abort', () => events.destroy(new Error('aborted')));
      return fakeAnswer(events);
    },
  };
  const waiting = waitForState({
    api,
    node: 'r1',
    wanted: ['active'],
    timeoutMs: null,
    clock,
    signal: new AbortController().signal,
    changed: (progress) => seen.push(progress),
  });
  await clock.advance(0);
  events.push(
    'id: 1\nevent: node.step\ndata: {"flow":"deploy","step":"deploy.write_image","interface":"deploy","index":1,"total":2,"phase":"start"}\n\n',
  );
  events.push('id: 2\nevent: node.progress\ndata: {"percent":42}\n\n');
  await clock.advance(0);
  state = 'active';
  events.push('id: 3\nevent: node.provision_state\ndata: {}\n\n');
  assert.equal((await waiting).state, 'active');
  assert.ok(seen.some(({ step, percent }) => step === 'deploy.write_image' && percent === 42));
  assert.equal(clock.now(), new VirtualClock().now());
});

function fakeAnswer(body: Readable): Dispatcher.ResponseData {
  const dumpable = Object.assign(body, { dump: async () => undefined });
  return { statusCode: 200, headers: { 'content-type': 'text/event-stream' }, body: dumpable } as unknown as Dispatcher.ResponseData;
}

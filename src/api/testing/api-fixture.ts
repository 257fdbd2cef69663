import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import type { NewNode, Node } from '../../model/node.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { createApiServer } from '../create-api-server.ts';
import { FAKE_DRIVER, fakeConductor, type RecordedCall } from './fake-conductor.ts';

/** An answer as tests look at it. `body` is undefined when there is none. */
export interface Answer {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  readonly text: string;
  /** Parsed JSON of any shape: tests look into it. */
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface ApiFixture {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly calls: RecordedCall[];
  /** Sends a request at a minor version; null sends no version header. */
  call(method: string, url: string, options?: CallOptions): Promise<Answer>;
  get(url: string, minor?: number | null): Promise<Answer>;
  /** A node as the store makes it, bypassing the API. */
  node(values?: Partial<NewNode>): Promise<Node>;
}

export interface CallOptions {
  readonly minor?: number | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const NEWEST = 115;

/** An API server on an in-memory store and a fake conductor, closed with the test. */
export async function apiFixture(test: TestContext, settings: Record<string, string> = {}): Promise<ApiFixture> {
  const clock = new VirtualClock();
  const store = await openStore('sqlite::memory:', { clock, log: silentLogger });
  const conductor = fakeConductor(store);
  const config = configFrom({ 'DEFAULT.auth_strategy': 'noauth', ...settings });
  const app = createApiServer({ store, conductor, config, clock, log: silentLogger });
  test.after(async () => {
    await app.close();
    await store.close();
  });
  const call: ApiFixture['call'] = async (method, url, options = {}) => {
    const minor = options.minor === undefined ? NEWEST : options.minor;
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        host: 'api.test',
        ...(minor === null ? {} : { 'x-openstack-ironic-api-version': `1.${minor}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { payload: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.payload,
      body: response.payload === '' ? undefined : JSON.parse(response.payload),
    };
  };
  return {
    app,
    store,
    clock,
    calls: conductor.calls,
    call,
    get: (url, minor) => call('GET', url, minor === undefined ? {} : { minor }),
    node: (values = {}) => store.nodes.create({ driver: FAKE_DRIVER, ...values }),
  };
}

/** The status of an answer, with its message where they differ. */
export function expectStatus(answer: Answer, status: number): void {
  assert.equal(answer.status, status, `status ${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`);
}

/** The message of an error of shape A. */
export function faultString(answer: Answer): string {
  const inner: JsonObject = JSON.parse(answer.body.error_message);
  assert.deepEqual(Object.keys(inner), ['faultcode', 'faultstring', 'debuginfo']);
  assert.equal(inner.faultcode, answer.status < 500 ? 'Client' : 'Server');
  return String(inner.faultstring);
}

/** The title of an error of shape B. */
export function routingTitle(answer: Answer): string {
  const inner: JsonObject = JSON.parse(answer.body.error_message);
  assert.deepEqual(Object.keys(inner), ['code', 'title', 'description']);
  assert.equal(inner.code, answer.status);
  return String(inner.title);
}

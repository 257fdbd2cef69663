import { Agent, type Dispatcher, request } from 'undici';
import type { Clock } from '../../model/clock.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { ApiError, faultOf } from './api-error.ts';

/** The API version this client speaks. */
export const API_VERSION = '1.115';

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string };

/** Calls of the service's HTTP API. All throw ApiError. */
export interface ApiClient {
  /** Without a trailing slash or `/v1`. */
  readonly url: string;
  get(path: string): Promise<JsonObject>;
  post(path: string, body: Json): Promise<JsonObject>;
  put(path: string, body: Json): Promise<JsonObject>;
  patch(path: string, body: Json): Promise<JsonObject>;
  delete(path: string, body?: Json): Promise<JsonObject>;
  /** Every item of a list, page after page. */
  list(path: string, key: string): Promise<JsonObject[]>;
  /** An answer whose body is read as it comes, for event streams. */
  stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** A locked node (409) and a service without a free worker (503) are asked again so often, so far apart (milliseconds). */
const RETRIES = 5;
const RETRY_MS = 2000;
const MAX_ANSWER = 64 * 1024 * 1024;

export function createApiClient(options: {
  url: string;
  credentials: Credentials;
  clock: Clock;
  signal?: AbortSignal;
  retries?: number;
}): ApiClient {
  const { credentials, clock, signal, retries = RETRIES } = options;
  const url = options.url.replace(/\/+$/, '').replace(/\/v1$/, '');
  const dispatcher = new Agent({ connect: { timeout: 10_000 }, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const common: Record<string, string> = {
    'x-openstack-ironic-api-version': API_VERSION,
    accept: 'application/json',
    'user-agent': 'wrought-cli',
    ...authorization(credentials),
  };

  async function once(method: Dispatcher.HttpMethod, path: string, body: Json | undefined): Promise<JsonObject> {
    const target = path.startsWith('/') ? url + path : path;
    const headers = body === undefined ? common : { ...common, 'content-type': 'application/json' };
    let status: number;
    let text: string;
    try {
      const answer = await request(target, {
        method,
        headers,
        dispatcher,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      status = answer.statusCode;
      text = await readText(answer);
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted) throw error;
      throw new ApiError(0, `no answer from ${url}: ${describe(error)}; is \`wrought serve\` running there?`, { cause: error });
    }
    if (status >= 400) throw new ApiError(status, `${method} ${path.split('?')[0]}: ${status}, ${faultOf(text)}`);
    return text === '' ? {} : asObject(text, `${method} ${path}`);
  }

  async function call(method: Dispatcher.HttpMethod, path: string, body?: Json): Promise<JsonObject> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(method, path, body);
      } catch (error) {
        const again = error instanceof ApiError && isWorthRetrying(error) && attempt < retries;
        if (!again) throw error;
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path, body) => call('DELETE', path, body),
    async list(path, key) {
      const items: JsonObject[] = [];
      let next: string | null = path;
      while (next !== null) {
        const page: JsonObject = await call('GET', next);
        const rows = page[key];
        if (!Array.isArray(rows)) throw new ApiError(200, `GET ${path}: the answer has no list "${key}"`);
        for (const row of rows) if (isJsonObject(row)) items.push(row);
        next = typeof page.next === 'string' && rows.length > 0 ? pathOf(page.next, url) : null;
      }
      return items;
    },
    async stream(path, headers, streamSignal) {
      const answer = await request(url + path, {
        headers: { ...common, ...headers },
        dispatcher,
        signal: streamSignal,
        bodyTimeout: 0,
      });
      if (answer.statusCode === 200) return answer;
      throw new ApiError(answer.statusCode, `GET ${path.split('?')[0]}: ${answer.statusCode}, ${faultOf(await readText(answer))}`);
    },
    close: () => dispatcher.destroy(),
  };
}

/** A node that another request holds, or a service with nobody free: asking again soon may succeed. Other conflicts stay. */
function isWorthRetrying(error: ApiError): boolean {
  if (error.status === 503) return true;
  return error.status === 409 && /is locked|locked by/i.test(error.message);
}

/** The next page by path, so that a proxy's or a wildcard address in the link does no harm. */
function pathOf(link: string, base: string): string {
  const target = new URL(link, base);
  const prefix = new URL(base).pathname.replace(/\/$/, '');
  const path = target.pathname + target.search;
  return prefix !== '' && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function authorization(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` };
    case 'token':
      return { 'x-auth-token': credentials.token };
  }
}

async function readText(answer: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new ApiError(answer.statusCode, `the answer is larger than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function asObject(text: string, subject: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(200, `${subject}: the answer is not JSON`, { cause: error });
  }
  if (!isJsonObject(value)) throw new ApiError(200, `${subject}: the answer is no JSON object`);
  return value;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message !== '' ? error.message : code || error.name;
}

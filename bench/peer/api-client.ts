import { Pool } from 'undici';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';

/** A microversion that both sides speak: the highest one of the peer's Debian release. */
const VERSION = '1.82';

/** A client with kept connections, the same for both sides. */
export interface ApiClient {
  /** Answers the body as text. @throws Error unless the status is the expected one. */
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, expected: number, body?: JsonObject): Promise<string>;
  get(path: string): Promise<JsonObject>;
  close(): Promise<void>;
}

export function createApiClient(apiUrl: string, connections: number): ApiClient {
  const pool = new Pool(apiUrl, { connections, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const headers = { 'x-openstack-ironic-api-version': VERSION, 'content-type': 'application/json', accept: 'application/json' };
  const send: ApiClient['send'] = async (method, path, expected, body) => {
    const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const text = await answer.body.text();
    if (answer.statusCode !== expected) throw new Error(`${method} ${path}: ${answer.statusCode}, want ${expected}: ${text.slice(0, 500)}`);
    return text;
  };
  return {
    send,
    async get(path) {
      const value: unknown = JSON.parse(await send('GET', path, 200));
      if (!isJsonObject(value)) throw new Error(`GET ${path}: no object`);
      return value;
    },
    close: () => pool.close(),
  };
}

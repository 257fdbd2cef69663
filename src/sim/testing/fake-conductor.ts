import { createServer, type IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../../model/json.ts';

/** An API with as much of a conductor as an agent needs, at a version whose agents serve plain HTTP: for tests. */
export interface FakeConductor extends AsyncDisposable {
  readonly url: string;
  /** Resolves with the callback URL of the next heartbeat. */
  nextHeartbeat(): Promise<string>;
  readonly lookups: string[];
}

export const AGENT_TOKEN = 'token-for-tests-of-forty-characters-00000';
const NODE = { uuid: '7f1e8c6e-0000-4000-8000-000000000001', properties: {}, instance_info: {}, driver_info: {} };

export async function fakeConductor(): Promise<FakeConductor> {
  const lookups: string[] = [];
  const waiting: ((url: string) => void)[] = [];
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  async function answer(request: IncomingMessage): Promise<[number, JsonObject]> {
    const url = new URL(request.url ?? '/', 'http://host');
    if (url.pathname === '/')
      return [200, { default_version: { id: 'v1', min_version: '1.1', version: '1.67', status: 'CURRENT', links: [] } }];
    if (url.pathname === '/v1/lookup') {
      lookups.push(url.searchParams.get('addresses') ?? '');
      return [
        200,
        { node: NODE, config: { heartbeat_timeout: 300, agent_token: AGENT_TOKEN, permitted_image_formats: ['raw', 'qcow2', 'gpt'] } },
      ];
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    const callback = isJsonObject(body) ? String(body.callback_url) : '';
    for (const resolve of waiting.splice(0)) resolve(callback);
    return [202, {}];
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${bound.port}`,
    lookups,
    nextHeartbeat: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Has the agent run a command and answers its result document when it has ended. */
export async function runCommand(agentUrl: string, name: string, params: JsonObject): Promise<JsonObject> {
  const answer = await fetch(`${agentUrl}/v1/commands/?wait=true&agent_token=${AGENT_TOKEN}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, params }),
  });
  const body: unknown = await answer.json();
  if (!isJsonObject(body)) throw new Error('no result');
  return body;
}

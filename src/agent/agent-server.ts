import { timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../config/logger.ts';
import { messageOf } from '../model/errors.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { AgentCertificate } from './agent-certificate.ts';
import { HttpFault } from './agent-error.ts';
import type { CommandBoard } from './command-board.ts';

/** A config drive of 64 MiB travels as base64 inside a write_image step. */
const MAX_BODY_BYTES = 96 * 1024 * 1024;

const LINGER_MS = 250;

export interface AgentServer {
  /** Port that was bound. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the agent's API, routes with and without `/v1`. HTTPS only when a certificate is given. Every command route needs the token as
 * query parameter; without a token on our side everything is refused.
 */
export async function startAgentServer(parts: {
  board: CommandBoard;
  token: () => string | null;
  version: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  host: string;
  port: number;
  certificate: AgentCertificate | null;
  log: Logger;
}): Promise<AgentServer> {
  const { certificate, log } = parts;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { faultcode: 'Server', faultstring: messageOf(error) });
      log.error({ error: messageOf(error) }, 'agent API failed');
    });
  };
  const server: Server =
    certificate === null
      ? createHttpServer(listener)
      : createHttpsServer({ cert: certificate.certificate, key: certificate.key, minVersion: 'TLSv1.2' }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, parts.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  // A client that breaks off in the middle of a handshake is no news.
  server.on('clientError', (_error, socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        // Answers under way get a moment to leave; then connections are cut.
        const cut = setTimeout(() => server.closeAllConnections(), LINGER_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://agent');
      const body = await route(request, url, response);
      if (body !== undefined) send(response, 200, body);
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      send(response, error.status, { faultcode: error.status < 500 ? 'Client' : 'Server', faultstring: error.message });
    }
  }

  async function route(request: IncomingMessage, url: URL, response: ServerResponse): Promise<Json | undefined> {
    const path = url.pathname.replace(/^\/v1(?=\/|$)/, '');
    if (path === '/commands' || url.pathname === '/v1') {
      response.writeHead(308, { location: `${url.pathname}/${url.search}`, 'content-length': 0 }).end();
      return undefined;
    }
    const wait = url.searchParams.get('wait') === 'true';
    if (path === '/commands/') {
      allow(request, 'GET', 'POST');
      authorise(url);
      if (request.method === 'GET') return { commands: parts.board.list() };
      const { name, params } = parseCommand(await readBody(request));
      return parts.board.execute(name, params, wait);
    }
    const id = /^\/commands\/([^/]+)\/?$/.exec(path)?.[1];
    if (id !== undefined) {
      allow(request, 'GET');
      authorise(url);
      return parts.board.get(id, wait);
    }
    allow(request, 'GET');
    if (url.pathname === '/') return rootDocument(base(request));
    if (path === '/') return versionDocument(base(request));
    if (path === '/status' || path === '/status/') return { started_at: parts.startedAt / 1000, version: parts.version };
    throw new HttpFault(404, `no such path: ${url.pathname.slice(0, 200)}`);
  }

  function authorise(url: URL): void {
    const wanted = parts.token();
    const given = url.searchParams.get('agent_token');
    if (wanted === null || given === null || !sameText(wanted, given)) throw new HttpFault(401, 'Token invalid or missing.');
  }

  function base(request: IncomingMessage): string {
    return `${certificate === null ? 'http' : 'https'}://${request.headers.host ?? 'agent'}`;
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function allow(request: IncomingMessage, ...methods: string[]): void {
  if (!methods.includes(request.method ?? '')) throw new HttpFault(405, `method ${request.method} is not allowed here`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new HttpFault(413, `the body is longer than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads the body of a command. @throws HttpFault 400. */
export function parseCommand(text: string): { name: string; params: { [key: string]: Json | undefined } } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpFault(400, 'the body is not JSON');
  }
  if (!isJsonObject(body) || !('name' in body) || !('params' in body)) throw new HttpFault(400, 'the body must hold name and params');
  if (typeof body.name !== 'string') throw new HttpFault(400, 'name must be a text');
  if (!isJsonObject(body.params)) throw new HttpFault(400, 'params must be an object');
  return { name: body.name, params: body.params };
}

function send(response: ServerResponse, status: number, body: Json): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    server: 'wrought-agent',
    // An unread request body would be taken for the next request.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(text);
}

function rootDocument(base: string): Json {
  const version = { id: 'v1', links: [{ href: `${base}/v1/`, rel: 'self' }] };
  return {
    name: 'Wrought deploy agent',
    description: 'Writes, cleans and inspects the machine it runs on for a bare-metal service.',
    versions: [version],
    default_version: version,
  };
}

function versionDocument(base: string): Json {
  const links = (name: string): Json => [
    { href: `${base}/v1/${name}`, rel: 'self' },
    { href: `${base}/${name}`, rel: 'bookmark' },
  ];
  return {
    id: 'v1',
    links: [{ href: `${base}/v1/`, rel: 'self' }],
    commands: links('commands/'),
    status: links('status'),
    media_types: [{ base: 'application/json', type: 'application/vnd.openstack.ironic-python-agent.v1+json' }],
  };
}

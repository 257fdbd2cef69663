import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { messageOf } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { faultNumber } from '../faults/fault.ts';
import type { Machine } from '../machine/machine.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { answerRedfish } from './redfish-service.ts';
import type { RedfishAnswer } from './route.ts';
import { METADATA } from './service-root.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** Node looks for slow connections this often; a thousand listeners should not do so all the time. */
const CONNECTION_CHECK_MS = 120_000;

/** The web service of one simulated BMC. */
export class BmcServer {
  readonly #machine: Machine;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #away = false;
  #address = '';

  private constructor(machine: Machine) {
    this.#machine = machine;
    this.#server = createServer({ connectionsCheckingInterval: CONNECTION_CHECK_MS, keepAliveTimeout: 30_000 }, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.on('connection', (socket: Socket) => {
      if (this.#away) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** @throws when the address cannot be listened on. */
  static async listen(machine: Machine, host: string, port: number): Promise<BmcServer> {
    const bmc = new BmcServer(machine);
    await new Promise<void>((resolve, reject) => {
      bmc.#server.once('error', reject);
      bmc.#server.listen(port, host, () => {
        bmc.#server.off('error', reject);
        resolve();
      });
    });
    const bound = bmc.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('the BMC has no port');
    bmc.#address = baseUrl(bound);
    return bmc;
  }

  /** Base URL without a trailing slash. */
  get address(): string {
    return this.#address;
  }

  /** Cuts all connections, and new ones for `outageMs` milliseconds. */
  restart(outageMs: number): void {
    this.#away = outageMs > 0;
    for (const socket of this.#sockets) socket.destroy();
    if (outageMs > 0)
      this.#machine.clock.after(outageMs, () => {
        this.#away = false;
        this.#machine.log.write('bmc', 'BMC is back');
      });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      if (error instanceof RedfishFault) {
        this.#send(request, response, { status: error.status, headers: error.headers, body: error.body });
        return;
      }
      this.#machine.log.write('bmc', `${request.method} ${request.url}: ${messageOf(error)}`);
      if (!response.headersSent) this.#send(request, response, internalError(error));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults } = this.#machine;
    const url = requestUrl(request, this.#address);
    const subject = `${request.method} ${url.pathname}`;
    if (faults.strike('bmc-hang', subject)) return;
    const restart = faults.strike('bmc-reset', subject);
    if (restart) {
      this.#machine.restartBmc(faultNumber(restart, 'outage_ms'));
      request.socket.destroy();
      return;
    }
    const slow = faults.strike('bmc-slow', subject);
    if (slow) await this.#machine.clock.sleep(faultNumber(slow, 'ms'));
    const refusal = faults.strike('bmc-status', subject);
    if (refusal) throw statusFault(faultNumber(refusal, 'status'), faultNumber(refusal, 'retry_after'));
    if (request.method === 'GET' && url.pathname === '/redfish/v1/$metadata') {
      response.writeHead(200, { 'Content-Type': 'application/xml', 'OData-Version': '4.0' }).end(METADATA);
      return;
    }
    const answer = await answerRedfish(this.#machine, {
      method: request.method ?? 'GET',
      path: url.pathname,
      search: url.searchParams,
      headers: request.headers,
      origin: url.origin,
      readBody: () => readJson(request),
    });
    this.#send(request, response, answer, faults.strike('bmc-truncated-json', subject) !== undefined);
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: RedfishAnswer, truncate = false): void {
    if (response.destroyed) return;
    const whole = answer.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(answer.body));
    const bytes = truncate ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
    // A body that was not read, for example of a refused login, ends the connection: the next request could not be found in it.
    if (truncate || !request.complete) response.setHeader('Connection', 'close');
    response.writeHead(answer.status, {
      'OData-Version': '4.0',
      'Cache-Control': 'no-cache',
      ...(bytes.length > 0 && { 'Content-Type': 'application/json; charset=utf-8' }),
      ...(answer.status !== 204 && answer.status !== 304 && { 'Content-Length': String(bytes.length) }),
      ...answer.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }
}

function baseUrl(bound: AddressInfo): string {
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** @throws RedfishFault 404 for a request target that is no path. */
function requestUrl(request: IncomingMessage, address: string): URL {
  const base = request.headers.host === undefined ? address : `http://${request.headers.host}`;
  const target = request.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(target, base)) throw notFound(target.slice(0, 200));
  return new URL(target, base);
}

/** The body as a JSON object; an empty one counts as `{}`. */
async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new RedfishFault(413, 'GeneralError', [], { explanation: `The body is larger than ${MAX_BODY_BYTES} bytes.` });
    chunks.push(chunk);
  }
  if (size === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new RedfishFault(400, 'MalformedJSON');
  }
  if (!isJsonObject(value)) throw new RedfishFault(400, 'MalformedJSON');
  return value;
}

function statusFault(status: number, retryAfter: number): RedfishFault {
  const headers = { 'Retry-After': String(retryAfter) };
  if (status === 409)
    return new RedfishFault(409, 'ResourceInUse', [], { headers, explanation: 'The BMC is busy with another operation.' });
  return new RedfishFault(status, 'ServiceTemporarilyUnavailable', [String(retryAfter)], { headers });
}

function internalError(error: unknown): RedfishAnswer {
  const fault = new RedfishFault(500, 'GeneralError', [], { explanation: messageOf(error) });
  return { status: fault.status, body: fault.body };
}

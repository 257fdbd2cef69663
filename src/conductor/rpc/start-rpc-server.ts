/**
 * The listener of a conductor: JSON-RPC 2.0 over HTTP, one call per request, for API processes of the same service. Which conductor a
 * node maps to is not asked here: any may serve any node, leases decide.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Secret } from '../../model/secret.ts';
import type { ConductorService } from '../conductor-service.ts';
import { BadParameters, checked, RPC_HANDLERS } from './rpc-dispatch.ts';
import { RPC_CODES, rpcErrorOf } from './rpc-error.ts';
import { isRpcMethod, REQUEST_CONTEXT } from './rpc-methods.ts';
import { createSealChecker, type SealChecker, sealAnswer } from './rpc-seal.ts';

export interface RpcServer {
  readonly port: number;
  /** From now on calls are served; before they are refused as not taken. */
  serve(service: ConductorService): void;
  /** Takes no new calls; resolves when those under way are answered, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface RpcServerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Name of the conductor: calls meant for another are refused. */
  readonly hostname: string;
  /** Null: nobody is asked to prove anything, which is allowed on loopback addresses only. */
  readonly secret: Secret | null;
  /** Longest body in bytes. */
  readonly maxBody: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What every part of one answer needs. */
interface Scene {
  readonly options: RpcServerOptions;
  readonly checker: SealChecker | null;
  service: ConductorService | null;
}

/** Header that says the call was turned away before anything was done: it may be made elsewhere. */
export const NOT_TAKEN_HEADER = 'x-wrought-not-taken';
export const SEAL_HEADER = 'x-wrought-seal';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** @throws INVALID_PARAMETER without a secret on an address that others reach; errors of listening. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { host, port, secret } = options;
  if (secret === null && !isLoopback(host)) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `The conductor would take calls on ${host}, which other machines reach, from anybody: set [wrought]rpc_secret to one and the same secret for all processes, or [json_rpc]host_ip to 127.0.0.1.`,
    );
  }
  const scene: Scene = { options, checker: secret && createSealChecker(secret, options.hostname, options.clock), service: null };
  const server = createServer((request, response) => {
    answer(scene, request, response).catch((error: unknown) => {
      options.log.warn({ error: messageOf(error) }, 'a call could not be answered');
      response.destroy();
    });
  });
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    serve(service) {
      scene.service = service;
    },
    async close(graceMs) {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      const cancel = options.clock.after(graceMs, () => server.closeAllConnections());
      await ended.finally(cancel);
    },
  };
}

async function answer(scene: Scene, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options, checker } = scene;
  if (request.method !== 'POST') return refuse(response, 405, 'only POST is offered', { allow: 'POST' });
  // A page in a browser on this machine cannot send this type without being asked for leave first.
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json') {
    return refuse(response, 415, 'the content type must be application/json');
  }
  const body = await readBounded(request, options.maxBody);
  if (body === null) return refuse(response, 413, `a call may have ${options.maxBody} bytes`, { connection: 'close' });
  const seal = checker?.check(request.headers.authorization, body);
  if (seal && 'refused' in seal) {
    options.log.warn({ from: request.socket.remoteAddress, why: seal.refused }, 'a call without the right to make it was refused');
    return refuse(response, 401, seal.refused);
  }
  const service = scene.service;
  if (service === null) return refuse(response, 503, `conductor ${options.hostname} is starting`, { [NOT_TAKEN_HEADER]: '1' });
  const said = Buffer.from(JSON.stringify(await outcome(options, service, body)));
  const sealed = options.secret && seal ? { [SEAL_HEADER]: sealAnswer(options.secret, seal.number, said) } : {};
  response.writeHead(200, { 'content-type': 'application/json', ...sealed }).end(said);
}

async function outcome(options: RpcServerOptions, service: ConductorService, body: Buffer): Promise<object> {
  let id: Json = null;
  const failed = (code: number, message: string): JsonObject => ({ jsonrpc: '2.0', id, error: { code, message } });
  let call: unknown;
  try {
    call = JSON.parse(body.toString('utf8'));
  } catch {
    return failed(RPC_CODES.parse, 'the body is no JSON');
  }
  if (
    !isJsonObject(call) ||
    call.jsonrpc !== '2.0' ||
    typeof call.method !== 'string' ||
    (typeof call.id !== 'string' && typeof call.id !== 'number')
  ) {
    return failed(RPC_CODES.request, 'not a JSON-RPC 2.0 call with an id; several calls in one request are not offered');
  }
  id = call.id;
  const { method } = call;
  if (!isRpcMethod(method)) return failed(RPC_CODES.method, `there is no method ${method.slice(0, 100)}`);
  const started = options.clock.now();
  try {
    const { context, ...params } = isJsonObject(call.params) ? call.params : {};
    const asked = checked(REQUEST_CONTEXT, context, 'params/context');
    const result = await RPC_HANDLERS[method](service, asked, params);
    options.log.debug({ method, request_id: asked.requestId, ms: options.clock.now() - started }, 'call served');
    return { jsonrpc: '2.0', id, result: result ?? null };
  } catch (error) {
    if (error instanceof BadParameters) return failed(RPC_CODES.params, `${method}: ${error.message}`);
    if (error instanceof WroughtError) return { jsonrpc: '2.0', id, error: rpcErrorOf(error) };
    options.log.error({ method, err: error }, messageOf(error));
    return failed(RPC_CODES.internal, `${method} failed on conductor ${options.hostname}; its log has the reason`);
  }
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ error: message }));
}

/** The body, or null when it is longer than allowed. */
async function readBounded(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return null;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    length += part.length;
    if (length > limit) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

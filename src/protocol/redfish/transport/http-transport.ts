import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import type { RedfishTarget } from '../redfish-target.ts';
import { type RedfishRequest, type RedfishResponse, type RedfishTransport, TransportError } from './redfish-transport.ts';
import { transportErrorFrom } from './transport-error-from.ts';

/** Bounds of one exchange, in milliseconds and bytes. */
export interface HttpLimits {
  readonly connectTimeoutMs: number;
  /** Wait for the answer's head, and again between two pieces of its body; the whole exchange may take twice as long. */
  readonly readTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** An idle connection is kept this long. */
  readonly keepAliveMs: number;
}

const TLS_VERSIONS = { '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' } as const;
const unzip = promisify(gunzip);

/** HTTP to one BMC over one kept connection. @throws TransportError when the CA file cannot be read. */
export function createHttpTransport(target: RedfishTarget, limits: HttpLimits): RedfishTransport {
  const pool = new Pool(new URL(target.address).origin, {
    connections: 1,
    pipelining: 1,
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: Math.max(limits.keepAliveMs, 1),
    headersTimeout: limits.readTimeoutMs,
    bodyTimeout: limits.readTimeoutMs,
    connect: { timeout: limits.connectTimeoutMs, ...tlsOptions(target) },
  });

  return {
    async send(request, signal) {
      // Not AbortSignal.timeout: its timer would live on after every quick answer.
      const whole = new AbortController();
      const timer = setTimeout(
        () => whole.abort(new TransportError('timeout', 'does not answer in time')),
        limits.connectTimeoutMs + 2 * limits.readTimeoutMs,
      );
      const either = signal ? AbortSignal.any([signal, whole.signal]) : whole.signal;
      try {
        return await exchange(pool, request, either, limits.maxBodyBytes);
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw transportErrorFrom(error);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.destroy(),
  };
}

async function exchange(pool: Pool, request: RedfishRequest, signal: AbortSignal, maxBytes: number): Promise<RedfishResponse> {
  const answer = await pool.request({
    method: request.method,
    path: request.path,
    headers: { ...request.headers },
    body: request.body ?? null,
    signal,
  });
  const headers = flatten(answer.headers);
  const bytes = await readBody(answer.body, maxBytes);
  const plain = /\bgzip\b/i.test(headers['content-encoding'] ?? '') ? await inflate(bytes, maxBytes) : bytes;
  return { status: answer.statusCode, headers, body: plain.toString('utf8') };
}

async function readBody(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    size += bytes.length;
    // Leaving the loop destroys the stream and with it the connection.
    if (size > maxBytes) throw new TransportError('malformed', `sent more than ${maxBytes} bytes`);
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

async function inflate(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw new TransportError('malformed', `sent a compressed body that does not unpack to at most ${maxBytes} bytes`, { cause: error });
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function tlsOptions(target: RedfishTarget): Record<string, unknown> {
  return {
    rejectUnauthorized: target.verifyCa !== false,
    ...(typeof target.verifyCa === 'string' ? { ca: readCa(target.verifyCa) } : {}),
    ...(target.tlsMinimumVersion ? { minVersion: TLS_VERSIONS[target.tlsMinimumVersion] } : {}),
    ...(target.tlsCiphers ? { ciphers: target.tlsCiphers } : {}),
  };
}

/** A file, or all files of a directory. */
function readCa(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TransportError('certificate', `cannot be checked: CA certificates at ${path} cannot be read`, { cause: error });
  }
}

import type { Logger } from '../../../config/logger.ts';
import { isRedfishError, RedfishError } from '../redfish-error.ts';
import type { RedfishTarget } from '../redfish-target.ts';
import { sameOriginPath } from '../same-origin-path.ts';
import { type RedfishRequest, type RedfishResponse, type RedfishTransport, TransportError } from '../transport/redfish-transport.ts';
import type { Answer } from '../views/resource.ts';
import { createAuthenticator } from './authenticator.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { errorFromAnswer } from './error-from-answer.ts';
import type { RedfishClock } from './redfish-clock.ts';
import { type RetryLimits, retryClassOf } from './retry-policy.ts';
import { createSerialQueue } from './serial-queue.ts';

/** Told before each pause: the request will be sent again. */
export interface RetryNote {
  readonly error: RedfishError;
  /** Number of the coming try, and of all tries. */
  readonly attempt: number;
  readonly of: number;
  readonly pauseMs: number;
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the request, its place in the queue and the pauses between tries. */
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((note: RetryNote) => void) | undefined;
}

export interface AccessLimits extends RetryLimits {
  readonly spacingMs: number;
  readonly breakerFailures: number;
  readonly breakerOpenMs: number;
}

/** One BMC: composed of queue, spacing, breaker, retries and credentials over a transport. Throws RedfishError only. */
export interface BmcConnection {
  readonly bmc: string;
  /** Path of the service root, with a slash at its end. */
  readonly rootPath: string;
  /** Nothing is under way, pauses between tries included. */
  readonly idle: boolean;
  /** Grows when a request that may change something is sent, and again when it is over. */
  readonly writes: number;
  get(path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body: object | null, options?: CallOptions): Promise<Answer>;
  patch(path: string, body: object, etag: string | null, options?: CallOptions): Promise<Answer>;
  delete(path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * A request takes its turn, waits for the gap, asks the breaker, and is sent with credentials. The pause before another try is spent
 * outside the turn, so that one stubborn request does not keep the others of the same BMC waiting.
 */
export function createBmcConnection(parts: {
  target: RedfishTarget;
  transport: RedfishTransport;
  clock: RedfishClock;
  log: Logger;
  limits: AccessLimits;
}): BmcConnection {
  const { target, transport, clock, log, limits } = parts;
  const base = new URL(target.address);
  const bmc = base.host;
  const rootPath = base.pathname === '/' || base.pathname === '' ? '/redfish/v1/' : base.pathname.replace(/\/*$/, '/');
  const queue = createSerialQueue(clock, limits.spacingMs);
  const breaker = createCircuitBreaker(clock, { failures: limits.breakerFailures, openMs: limits.breakerOpenMs });
  const login = createAuthenticator(target, rootPath, bmc, bare);
  let plainEncoding = true;
  let calls = 0;
  let writes = 0;

  /** One exchange, redirects on the same host followed. */
  async function bare(request: RedfishRequest, signal?: AbortSignal): Promise<Answer> {
    let path = request.path;
    for (let hops = 0; ; hops++) {
      const response = await exchange({ ...request, path }, signal);
      const moved = [301, 302, 307, 308].includes(response.status) ? response.headers.location : undefined;
      if (moved === undefined || hops >= 3) return decode(request, path, response);
      const next = sameOriginPath(target.address, path, moved);
      if (next === null)
        throw problem('refused', request, 'redirects to another host or scheme; give that one as the address', response.status);
      path = next;
    }
  }

  async function exchange(request: RedfishRequest, signal: AbortSignal | undefined): Promise<RedfishResponse> {
    const encoding = plainEncoding ? 'identity' : 'gzip';
    const headers = { accept: 'application/json', 'odata-version': '4.0', 'accept-encoding': encoding, ...request.headers };
    try {
      const response = await transport.send({ ...request, headers }, signal);
      breaker.answered();
      if (response.status === 406 && request.method === 'GET' && plainEncoding) {
        // Seen on HPE: some resources exist in compressed form only.
        plainEncoding = false;
        return await transport.send({ ...request, headers: { ...headers, 'accept-encoding': 'gzip' } }, signal);
      }
      return response;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      breaker.failed(error.message);
      throw problem(KIND_OF_FAILURE[error.failure], request, error.message, null, error);
    }
  }

  function decode(request: RedfishRequest, path: string, response: RedfishResponse): Answer {
    if (response.status >= 400) throw errorFromAnswer(bmc, request, response, clock.now());
    if (response.status >= 300) throw problem('malformed', request, `answered ${response.status} and no place to go to`, response.status);
    const answer = { status: response.status, path, headers: response.headers };
    if (response.body.trim() === '') return { ...answer, body: null };
    try {
      return { ...answer, body: JSON.parse(response.body) };
    } catch (error) {
      // What an action answers is of no interest as long as it succeeded.
      if (request.method !== 'GET') return { ...answer, body: null };
      throw problem('malformed', request, `answered ${response.status} with something that is not JSON`, response.status, error);
    }
  }

  function problem(
    kind: RedfishError['kind'],
    request: RedfishRequest,
    finding: string,
    status: number | null,
    cause?: unknown,
  ): RedfishError {
    return new RedfishError({ kind, bmc, method: request.method, path: request.path, finding, status, cause });
  }

  async function attempt(request: RedfishRequest, signal: AbortSignal | undefined): Promise<Answer> {
    const refusal = breaker.refusal();
    if (refusal !== null) throw problem('unreachable', request, refusal, null);
    for (let again = true; ; again = false) {
      const credentials = await login.headers(signal);
      try {
        return await bare({ ...request, headers: { ...request.headers, ...credentials } }, signal);
      } catch (error) {
        if (!isRedfishError(error, 'access-denied') || !again || !login.refused()) throw error;
      }
    }
  }

  async function call(request: RedfishRequest, options: CallOptions = {}): Promise<Answer> {
    calls++;
    const write = request.method === 'GET' ? 0 : 1;
    writes += write;
    try {
      return await callUntilOver(request, options);
    } finally {
      calls--;
      writes += write;
    }
  }

  async function callUntilOver(request: RedfishRequest, options: CallOptions): Promise<Answer> {
    const started = clock.now();
    for (let tries = 1; ; tries++) {
      try {
        const answer = await queue.run(() => attempt(request, options.signal), options.signal);
        log.debug({ bmc, method: request.method, path: request.path, status: answer.status, tries, ms: clock.now() - started }, 'redfish');
        return answer;
      } catch (error) {
        if (!isRedfishError(error)) throw error;
        const retry = breaker.refusal() === null ? retryClassOf(error, limits) : null;
        if (retry === null || tries >= retry.attempts) {
          log.debug(
            { bmc, method: request.method, path: request.path, status: error.status, tries, error: error.message },
            'redfish failed',
          );
          throw error;
        }
        const pauseMs = retry.pauseMs(tries);
        options.onRetry?.({ error, attempt: tries + 1, of: retry.attempts, pauseMs });
        await clock.sleep(pauseMs, options.signal);
      }
    }
  }

  const json = { 'content-type': 'application/json' };
  return {
    bmc,
    rootPath,
    get idle() {
      return calls === 0;
    },
    get writes() {
      return writes;
    },
    get: (path, options) => call({ method: 'GET', path, headers: {} }, options),
    delete: (path, options) => call({ method: 'DELETE', path, headers: {} }, options),
    post(path, body, options) {
      const request: RedfishRequest = { method: 'POST', path, headers: body === null ? {} : json };
      return call(body === null ? request : { ...request, body: JSON.stringify(body) }, options);
    },
    async patch(path, body, etag, options) {
      const text = JSON.stringify(body);
      const tags = etagLadder(etag);
      for (const [index, tag] of tags.entries()) {
        const headers = tag === null ? json : { ...json, 'if-match': tag };
        try {
          return await call({ method: 'PATCH', path, headers, body: text }, options);
        } catch (error) {
          if (!isRedfishError(error, 'conflict') || error.status !== 412 || index === tags.length - 1) throw error;
        }
      }
      throw new RangeError('a ladder has at least one rung');
    },
    async close() {
      try {
        await login.close();
      } catch (error) {
        // The session will expire by itself; all that is lost is one of the BMC's slots for a while.
        log.debug({ bmc, error: error instanceof Error ? error.message : String(error) }, 'redfish session could not be deleted');
      } finally {
        await transport.close();
      }
    },
  };
}

const KIND_OF_FAILURE = {
  connect: 'unreachable',
  certificate: 'untrusted',
  sent: 'dropped',
  timeout: 'timeout',
  malformed: 'malformed',
} as const;

/** BMCs disagree on whether a weak ETag may be sent back: try it as given, then strong, then not at all. */
function etagLadder(etag: string | null): (string | null)[] {
  if (etag === null) return [null];
  return etag.startsWith('W/') ? [etag, etag.slice(2), null] : [etag, null];
}

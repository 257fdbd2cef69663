import { type Agent, errors, request } from 'undici';
import type { Clock } from '../../model/clock.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Secret } from '../../model/secret.ts';
import type { RequestContext } from '../conductor-service.ts';
import { checked } from './rpc-dispatch.ts';
import { errorFromRpc } from './rpc-error.ts';
import { RPC_METHODS, type RpcMethod, type RpcParams, type RpcResult } from './rpc-methods.ts';
import { isAnswerGenuine, sealCall } from './rpc-seal.ts';
import { NOT_TAKEN_HEADER, SEAL_HEADER } from './start-rpc-server.ts';

/**
 * The conductor did not carry the call out or its answer did not arrive. `taken` false: it certainly did nothing, so the call may be made
 * elsewhere; true: it may have done it.
 */
export class CallFailed extends Error {
  readonly taken: boolean;

  constructor(message: string, taken: boolean, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CallFailed';
    this.taken = taken;
  }
}

export interface Caller {
  readonly dispatcher: Agent;
  readonly secret: Secret | null;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Longest answer in bytes. */
  readonly maxAnswer: number;
}

/** What a socket says when it never got as far as the other side's program. */
const NEVER_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL']);

/**
 * One call to one conductor, made once. @param signal gives the call up; what has been taken goes on there. @throws CallFailed, and the
 * catalogue error that the conductor answered with.
 */
export async function callConductor<M extends RpcMethod>(
  caller: Caller,
  to: { readonly host: string; readonly url: string },
  call: { readonly method: M; readonly context: RequestContext; readonly params: RpcParams<M>; readonly signal?: AbortSignal },
): Promise<RpcResult<M>> {
  const { method, context, params } = call;
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, context: contextOf(context) } }));
  const seal = caller.secret && sealCall(caller.secret, { host: to.host, body, now: caller.clock.now() });
  const said = await exchange(caller, to, { method, body, seal, signal: call.signal });
  const answer = parseAnswer(said, to.host, method);
  if ('error' in answer) throw errorFromRpc(answer.error, to.host);
  try {
    return checked(RPC_METHODS[method].result, answer.result ?? null, `${method} result`);
  } catch (error) {
    throw new WroughtError('INTERNAL', `Conductor ${to.host} answered ${method} with something else: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Only what travels: requests of the API carry more than that. */
function contextOf({ requestId, user, project }: RequestContext): RequestContext {
  return { requestId, user, project };
}

async function exchange(
  caller: Caller,
  to: { readonly host: string; readonly url: string },
  sent: { method: string; body: Buffer; seal: { header: string; number: string } | null; signal: AbortSignal | undefined },
): Promise<Buffer> {
  const { method, body, seal } = sent;
  const limit = new AbortController();
  const cancel = caller.clock.after(caller.timeoutMs, () => limit.abort(new Error(`no answer within ${caller.timeoutMs / 1000} s`)));
  const signals = sent.signal ? [limit.signal, sent.signal] : [limit.signal];
  try {
    const answer = await request(to.url, {
      method: 'POST',
      dispatcher: caller.dispatcher,
      body,
      headers: { 'content-type': 'application/json', ...(seal ? { authorization: seal.header } : {}) },
      signal: AbortSignal.any(signals),
    });
    const said = await readAnswer(answer.body, caller.maxAnswer);
    if (answer.statusCode !== 200) {
      const taken = answer.headers[NOT_TAKEN_HEADER] === undefined && answer.statusCode !== 401;
      throw new CallFailed(`conductor ${to.host} refused ${method} with HTTP ${answer.statusCode}: ${reasonIn(said)}`, taken);
    }
    const mark = answer.headers[SEAL_HEADER];
    if (
      caller.secret &&
      seal &&
      !isAnswerGenuine(caller.secret, { number: seal.number, body: said, seal: Array.isArray(mark) ? mark[0] : mark })
    ) {
      throw new CallFailed(`the answer to ${method} was not made by conductor ${to.host}: its seal does not fit [wrought]rpc_secret`, true);
    }
    return said;
  } catch (error) {
    if (error instanceof CallFailed) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const taken = !(NEVER_SENT.has(code) || error instanceof errors.ConnectTimeoutError);
    throw new CallFailed(`conductor ${to.host} at ${to.url} did not answer ${method}: ${messageOf(error) || code}`, taken, {
      cause: error,
    });
  } finally {
    cancel();
  }
}

async function readAnswer(body: AsyncIterable<unknown>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    if (!Buffer.isBuffer(part)) continue;
    length += part.length;
    if (length > limit) throw new Error(`the answer is longer than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function reasonIn(said: Buffer): string {
  const text = said.toString('utf8', 0, 500);
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && typeof value.error === 'string' ? value.error : text;
  } catch {
    return text;
  }
}

function parseAnswer(said: Buffer, host: string, method: string): { result?: unknown } | { error: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(said.toString('utf8'));
  } catch {
    value = null;
  }
  if (!isJsonObject(value) || value.jsonrpc !== '2.0')
    throw new CallFailed(`conductor ${host} answered ${method} with no JSON-RPC answer`, true);
  return value.error === undefined ? { result: value.result } : { error: value.error };
}

import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, request } from 'undici';
import type { Config } from '../../config/config.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { maskToken } from './mask-token.ts';

/** What of a node the link to its agent needs. */
export type AgentNode = Pick<Node, 'uuid' | 'driver_info' | 'driver_internal_info'>;

/** One HTTP request to an agent. */
export interface AgentRequest {
  readonly method: 'GET' | 'POST';
  /** Path below `/v1/`, for example `commands/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface AgentAnswer {
  readonly status: number;
  readonly body: string;
}

/** Largest answer read: a command list repeats every log archive that was collected. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Kept connections beyond this many agents are closed, oldest use first. */
const MAX_KEPT = 512;

/**
 * HTTP to agents, each over its own dispatcher that trusts nothing but the certificate the agent gave at its heartbeat. Connections are
 * kept between requests and dropped when URL or certificate change.
 */
export interface AgentTransport {
  /** @throws AGENT_CONNECTION_FAILED (no URL known, refused, timed out, TLS), or the signal's reason. The token is in no message. */
  send(node: AgentNode, request: AgentRequest): Promise<AgentAnswer>;
  forget(nodeUuid: string): void;
  close(): Promise<void>;
}

export function createAgentTransport(config: Config): AgentTransport {
  const kept = new Map<string, { key: string; dispatcher: Agent }>();

  async function dispatcherOf(node: AgentNode, origin: string): Promise<Agent> {
    const trust = trustOf(node, config);
    const key = `${origin} ${String(trust)}`;
    const present = kept.get(node.uuid);
    kept.delete(node.uuid);
    if (present?.key === key) {
      kept.set(node.uuid, present);
      return present.dispatcher;
    }
    if (present !== undefined) void present.dispatcher.close();
    const dispatcher = new Agent({ connections: 2, maxResponseSize: MAX_ANSWER_BYTES, connect: await tlsOptions(trust, config) });
    kept.set(node.uuid, { key, dispatcher });
    for (const [uuid, old] of kept) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(uuid);
      void old.dispatcher.close();
    }
    return dispatcher;
  }

  return {
    async send(node, wish) {
      const base = agentUrl(node);
      const token = node.driver_internal_info.agent_secret_token;
      const url = new URL(`${base}/v1/${wish.path}`);
      for (const [key, value] of Object.entries(wish.query ?? {})) url.searchParams.set(key, value);
      if (typeof token === 'string') url.searchParams.set('agent_token', token);
      const what = `node ${node.uuid}: ${wish.method} ${base}/v1/${wish.path}`;
      try {
        const dispatcher = await dispatcherOf(node, base);
        const answer = await request(url, options(wish, dispatcher));
        return { status: answer.statusCode, body: await answer.body.text() };
      } catch (error) {
        if (wish.signal?.aborted) throw wish.signal.reason;
        const finding = maskToken(messageOf(error), token);
        throw new WroughtError('AGENT_CONNECTION_FAILED', `${what}: the agent did not answer: ${finding}`);
      }
    },
    forget(nodeUuid) {
      const present = kept.get(nodeUuid);
      kept.delete(nodeUuid);
      if (present !== undefined) void present.dispatcher.close();
    },
    async close() {
      const all = [...kept.values()];
      kept.clear();
      await Promise.all(all.map((each) => each.dispatcher.destroy()));
    },
  };
}

function options(wish: AgentRequest, dispatcher: Dispatcher): Parameters<typeof request>[1] {
  const timeout = wish.timeoutSeconds * 1000;
  return {
    dispatcher,
    method: wish.method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    ...(wish.body === undefined ? {} : { body: JSON.stringify(wish.body) }),
    ...(wish.signal === undefined ? {} : { signal: wish.signal }),
  };
}

/** The recorded URL without trailing slash. @throws AGENT_CONNECTION_FAILED when there is none or it is no http(s) URL. */
export function agentUrl(node: AgentNode): string {
  const url = node.driver_internal_info.agent_url;
  if (typeof url !== 'string' || url === '')
    throw new WroughtError(
      'AGENT_CONNECTION_FAILED',
      `node ${node.uuid}: no agent has called in, so there is no address to send a command to`,
    );
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new WroughtError('AGENT_CONNECTION_FAILED', `node ${node.uuid}: the agent's recorded URL "${url}" is no http(s) URL`);
  return url.replace(/\/+$/, '');
}

/** PEM text, path of a PEM file, or whether to verify with the system's authorities at all. */
type Trust = string | boolean;

/** The certificate of the heartbeat, else the node's `driver_info/agent_verify_ca`, else `[agent]verify_ca`. */
function trustOf(node: AgentNode, config: Config): Trust {
  const own = node.driver_internal_info.agent_verify_ca;
  if (typeof own === 'string' && own !== '') return own;
  const given = node.driver_info.agent_verify_ca;
  if (typeof given === 'boolean') return given;
  return asTrust(typeof given === 'string' && given !== '' ? given : config.string('agent', 'verify_ca'));
}

function asTrust(text: string): Trust {
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  if (/^(false|no|off|0)$/i.test(text)) return false;
  return text;
}

async function tlsOptions(trust: Trust, config: Config): Promise<object> {
  const ciphers = config.optionalString('agent', 'tls_ciphers');
  const common = {
    timeout: config.integer('agent', 'command_timeout') * 1000,
    minVersion: `TLSv${config.string('agent', 'tls_minimum_version')}`,
    ...(ciphers === null ? {} : { ciphers }),
  };
  if (typeof trust === 'boolean') return { ...common, rejectUnauthorized: trust };
  const ca = trust.includes('-----BEGIN') ? trust : await readFile(trust, 'utf8');
  return { ...common, ca };
}

/** Parses an answer's body. @throws AGENT_API_ERROR when it is not a JSON object. */
export function jsonBody(answer: AgentAnswer, what: string): unknown {
  try {
    const parsed: unknown = JSON.parse(answer.body);
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // Reported below with what was found.
  }
  throw new WroughtError(
    'AGENT_API_ERROR',
    `${what}: the agent answered ${answer.status} without a JSON object: "${answer.body.slice(0, 200)}"`,
  );
}

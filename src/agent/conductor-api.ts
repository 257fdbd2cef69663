import { Agent, request } from 'undici';
import { messageOf } from '../model/errors.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { AgentParameters } from './agent-parameters.ts';
import { type LookupAnswer, parseLookupAnswer } from './lookup-answer.ts';

/** An answer that is not the one hoped for. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface HeartbeatBody {
  readonly callbackUrl: string;
  readonly agentVersion: string;
  readonly token: string;
  /** PEM; null with plain HTTP. */
  readonly certificate: string | null;
}

/** The conductor's REST endpoints for agents. Connection problems throw; other statuses throw ApiRefusal. */
export interface ConductorApi {
  /** Newest minor version the API speaks; remembered once known. 31 when it cannot be told. */
  minorVersion(): Promise<number>;
  lookup(query: { macs: readonly string[]; nodeUuid?: string | undefined }): Promise<LookupAnswer>;
  heartbeat(nodeUuid: string, body: HeartbeatBody): Promise<void>;
  /** Answers the node's uuid where the API tells it. */
  continueInspection(url: string, data: JsonObject): Promise<string | null>;
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** What the stock agent assumes of an API that does not tell. */
const ASSUMED_MINOR = 31;

export function createConductorApi(
  parameters: Pick<AgentParameters, 'apiUrls' | 'apiMinor' | 'httpTimeout' | 'insecure' | 'requestId'>,
  signal: AbortSignal,
): ConductorApi {
  const dispatcher = new Agent({
    connections: 2,
    maxResponseSize: MAX_ANSWER_BYTES,
    connect: { rejectUnauthorized: !parameters.insecure, timeout: parameters.httpTimeout * 1000 },
  });
  const urls = [...parameters.apiUrls];
  let minor = parameters.apiMinor;

  /** Tries the API's URLs in turn; one that answers moves to the front. */
  async function call(
    method: 'GET' | 'POST',
    path: string,
    version: number | null,
    body?: object,
  ): Promise<{ status: number; text: string }> {
    const problems: string[] = [];
    for (const base of [...urls]) {
      try {
        const answer = await send(method, `${base}${path}`, version, body);
        urls.splice(urls.indexOf(base), 1);
        urls.unshift(base);
        return answer;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        problems.push(`${base}: ${messageOf(error)}`);
      }
    }
    throw new Error(problems.length > 0 ? `no API answered: ${problems.join('; ')}` : 'no API URL is known (ipa-api-url)');
  }

  async function send(
    method: 'GET' | 'POST',
    url: string,
    version: number | null,
    body?: object,
  ): Promise<{ status: number; text: string }> {
    const timeout = parameters.httpTimeout * 1000;
    const answer = await request(url, {
      dispatcher,
      method,
      signal,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(version === null ? {} : { 'x-openstack-ironic-api-version': `1.${version}` }),
        ...(parameters.requestId === null ? {} : { 'x-openstack-request-id': parameters.requestId }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  return {
    async minorVersion() {
      if (minor !== null) return minor;
      try {
        const answer = await call('GET', '/', null);
        const found = answer.status === 200 ? parseMinor(answer.text) : null;
        if (found !== null) minor = found;
        return found ?? ASSUMED_MINOR;
      } catch (error) {
        if (signal.aborted) throw error;
        return ASSUMED_MINOR;
      }
    },

    async lookup({ macs, nodeUuid }) {
      const query = new URLSearchParams({ addresses: macs.join(',') });
      if (nodeUuid !== undefined) query.set('node_uuid', nodeUuid);
      const version = Math.min(await this.minorVersion(), 62);
      const answer = await call('GET', `/v1/lookup?${query}`, version);
      if (answer.status !== 200) throw refusal('lookup', answer);
      return parseLookupAnswer(JSON.parse(answer.text));
    },

    async heartbeat(nodeUuid, body) {
      const version = Math.min(await this.minorVersion(), 68);
      const answer = await call('POST', `/v1/heartbeat/${nodeUuid}`, version, {
        callback_url: body.callbackUrl,
        ...(version >= 36 ? { agent_version: body.agentVersion } : {}),
        ...(version >= 62 ? { agent_token: body.token } : {}),
        ...(version >= 68 && body.certificate !== null ? { agent_verify_ca: body.certificate } : {}),
      });
      if (answer.status !== 202) throw refusal('heartbeat', answer);
    },

    async continueInspection(url, data) {
      const answer = await send('POST', url, null, data);
      if (answer.status < 200 || answer.status > 299) throw refusal('inspection data', answer);
      const parsed: unknown = answer.text === '' ? null : JSON.parse(answer.text);
      return isJsonObject(parsed) && typeof parsed.uuid === 'string' ? parsed.uuid : null;
    },

    close: () => dispatcher.destroy(),
  };
}

function parseMinor(text: string): number | null {
  const root: unknown = JSON.parse(text);
  const version = isJsonObject(root) && isJsonObject(root.default_version) ? root.default_version.version : undefined;
  const found = typeof version === 'string' ? /^1\.(\d{1,4})$/.exec(version) : null;
  return found === null ? null : Number(found[1]);
}

function refusal(what: string, answer: { status: number; text: string }): ApiRefusal {
  return new ApiRefusal(answer.status, `${what}: the API answered ${answer.status}: ${faultOf(answer.text)}`);
}

/** The peer wraps its fault as a JSON text inside JSON; some proxies send plain text. */
function faultOf(text: string): string {
  let value: unknown = text;
  for (let depth = 0; depth < 2; depth++) {
    try {
      const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
      if (!isJsonObject(parsed)) break;
      if (typeof parsed.faultstring === 'string') return parsed.faultstring.slice(0, 1000);
      value = parsed.error_message ?? parsed.title ?? '';
    } catch {
      break;
    }
  }
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 300);
}

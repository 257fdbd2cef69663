import { isRedfishError, RedfishError } from '../redfish-error.ts';
import type { RedfishTarget } from '../redfish-target.ts';
import { sameOriginPath } from '../same-origin-path.ts';
import type { RedfishRequest } from '../transport/redfish-transport.ts';
import { read } from '../views/reader.ts';
import type { Answer } from '../views/resource.ts';
import { parseServiceRoot } from '../views/service-root.ts';

/** Sends one request as it is, without credentials; throws RedfishError for every answer of 400 and more. */
export type BareExchange = (request: RedfishRequest, signal?: AbortSignal) => Promise<Answer>;

/** Gives requests their credentials and keeps the session. Used by one request at a time. */
export interface Authenticator {
  /** Headers for the next request; logs in when that is due. */
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** Told that the BMC refused the present credentials; true when the request may be tried once more. */
  refused(): boolean;
  /** Deletes the session at the BMC. */
  close(): Promise<void>;
}

type Mode = 'none' | 'basic' | 'session' | 'undecided';

/**
 * Sessions of DSP0266 section 13.3.4, basic authentication, or whichever works: a session first; basic when the BMC refuses the session
 * or has no session service. A lost connection is never a reason to fall back.
 */
export function createAuthenticator(target: RedfishTarget, rootPath: string, bmc: string, exchange: BareExchange): Authenticator {
  let mode: Mode = startMode(target);
  let token: string | null = null;
  let sessionPath: string | null = null;
  /** A session that was refused a request; it may still fill one of the BMC's few slots. */
  let stalePath: string | null = null;
  let worked = false;

  return {
    async headers(signal) {
      if (mode === 'none') return {};
      if (mode === 'basic') return { authorization: basicHeader(target) };
      if (token === null) {
        try {
          await logIn(signal);
        } catch (error) {
          if (mode !== 'undecided' || !mayFallBack(error)) throw error;
          mode = 'basic';
          return { authorization: basicHeader(target) };
        }
      }
      return token === null ? {} : { 'x-auth-token': token };
    },
    refused() {
      const hadSession = token !== null;
      stalePath = sessionPath;
      token = null;
      sessionPath = null;
      return hadSession && worked;
    },
    async close() {
      const path = sessionPath;
      const headers = token === null ? null : { 'x-auth-token': token };
      token = null;
      sessionPath = null;
      if (path !== null && headers !== null) await exchange({ method: 'DELETE', path, headers });
    },
  };

  async function logIn(signal: AbortSignal | undefined): Promise<void> {
    const root = parseServiceRoot(await exchange({ method: 'GET', path: rootPath, headers: {} }, signal));
    const collection = sameOriginPath(target.address, rootPath, root.sessions ?? `${rootPath}SessionService/Sessions`);
    const path = collection ?? `${rootPath}SessionService/Sessions`;
    const answer = await exchange(
      {
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ UserName: target.username, Password: target.password ?? '' }),
      },
      signal,
    );
    const given = answer.headers['x-auth-token'];
    if (!given || !/^[\x21-\x7e]{1,4096}$/.test(given)) {
      throw new RedfishError({
        kind: 'malformed',
        bmc,
        method: 'POST',
        path,
        finding: 'made a session and gave no usable X-Auth-Token',
        status: answer.status,
      });
    }
    const location = answer.headers.location ?? read(answer.body).text('@odata.id');
    token = given;
    sessionPath = location === null ? null : sameOriginPath(target.address, path, location);
    worked = true;
    mode = 'session';
    await dropStale(given, signal);
  }

  async function dropStale(newToken: string, signal: AbortSignal | undefined): Promise<void> {
    const path = stalePath;
    stalePath = null;
    if (path === null || path === sessionPath) return;
    try {
      await exchange({ method: 'DELETE', path, headers: { 'x-auth-token': newToken } }, signal);
    } catch (error) {
      // It was gone, as expected; or it will expire by itself.
      if (!isRedfishError(error)) throw error;
    }
  }

  function mayFallBack(error: unknown): boolean {
    return !worked && isRedfishError(error) && !['unreachable', 'untrusted', 'dropped', 'timeout'].includes(error.kind);
  }
}

function startMode(target: RedfishTarget): Mode {
  if (target.username === null) return 'none';
  return target.authType === 'auto' ? 'undecided' : target.authType;
}

function basicHeader(target: RedfishTarget): string {
  return `Basic ${Buffer.from(`${target.username ?? ''}:${target.password ?? ''}`, 'utf8').toString('base64')}`;
}

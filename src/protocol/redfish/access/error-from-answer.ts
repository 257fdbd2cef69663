import { RedfishError, type RedfishErrorKind } from '../redfish-error.ts';
import type { RedfishRequest, RedfishResponse } from '../transport/redfish-transport.ts';
import { type ExtendedInfo, parseExtendedInfo } from '../views/extended-info.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import { saysInProgress } from './retry-policy.ts';

/** The error that an answer with status 400 or more stands for. */
export function errorFromAnswer(bmc: string, request: RedfishRequest, response: RedfishResponse, now: number): RedfishError {
  const info = parseExtendedInfo(parseLeniently(response.body));
  const said = info?.message ? ` "${info.message}"` : '';
  return new RedfishError({
    kind: kindOf(response.status, info),
    bmc,
    method: request.method,
    path: request.path,
    finding: `answered ${response.status}${said}`,
    status: response.status,
    info,
    retryAfterMs: parseRetryAfter(response.headers['retry-after'], now),
  });
}

function kindOf(status: number, info: ExtendedInfo | null): RedfishErrorKind {
  if (status === 503 || status === 429 || status === 423) return 'busy';
  if ((status === 400 || status === 409) && saysInProgress(info)) return 'busy';
  if (status === 401 || status === 403) return 'access-denied';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 405 || status === 501) return 'unsupported';
  if (status === 409 || status === 412 || status === 428) return 'conflict';
  if (status >= 500) return 'failed';
  return 'refused';
}

function parseLeniently(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

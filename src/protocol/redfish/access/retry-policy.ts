import type { RedfishError } from '../redfish-error.ts';
import { hasMessage } from '../views/extended-info.ts';

/** How often and how long to wait. Times in milliseconds, counts of tries in all. */
export interface RetryLimits {
  /** Tries for a connection that cannot be made or breaks, and the pause between them. */
  readonly connectAttempts: number;
  readonly connectPauseMs: number;
  /** Tries while the machine is in POST; the pause doubles up to six times itself. */
  readonly postAttempts: number;
  readonly postPauseMs: number;
  /** No wait that a BMC asks for may be longer. */
  readonly longestPauseMs: number;
}

/** A reason to send a request again. */
export interface RetryClass {
  readonly name: 'no-connection' | 'broken' | 'unavailable' | 'garbled' | 'server-error' | 'not-ready' | 'in-progress';
  readonly attempts: number;
  pauseMs(failedAttempts: number): number;
}

/** Requests that may be sent twice without harm. */
function repeatable(method: string): boolean {
  return method !== 'POST';
}

/**
 * May the request be sent again, and when? A POST goes out again only where the BMC certainly did nothing: no connection, or an answer
 * that says so.
 */
export function retryClassOf(error: RedfishError, limits: RetryLimits): RetryClass | null {
  const fixed = (name: RetryClass['name'], attempts: number, pause: number): RetryClass => ({ name, attempts, pauseMs: () => pause });
  switch (error.kind) {
    case 'unreachable':
      return fixed('no-connection', limits.connectAttempts, limits.connectPauseMs);
    case 'dropped':
      return repeatable(error.method) ? fixed('broken', limits.connectAttempts, limits.connectPauseMs) : null;
    case 'timeout':
      // Each try may take minutes already.
      return repeatable(error.method) ? fixed('broken', 2, limits.connectPauseMs) : null;
    case 'malformed':
      // An answer that was cut short is whole the next time.
      return error.method === 'GET' ? fixed('garbled', 3, limits.connectPauseMs) : null;
    case 'busy': {
      const asked = error.retryAfterMs;
      if (asked !== null) return fixed('unavailable', 6, Math.min(Math.max(asked, 200), limits.longestPauseMs));
      if (error.status === 503 || error.status === 429) return fixed('unavailable', 6, limits.connectPauseMs);
      return {
        name: 'in-progress',
        attempts: limits.postAttempts,
        pauseMs: (failed) => Math.min(limits.postPauseMs * 2 ** Math.max(0, failed - 1), 6 * limits.postPauseMs, limits.longestPauseMs),
      };
    }
    default:
      if (saysNotReady(error)) return fixed('not-ready', 10, Math.min(3000, limits.longestPauseMs));
      if (error.kind === 'failed' && error.method === 'GET') return fixed('server-error', 3, Math.min(3000, limits.connectPauseMs));
      return null;
  }
}

/** Texts by which BMCs say that their own services are still starting. */
function saysNotReady(error: RedfishError): boolean {
  if (error.kind !== 'failed' && !(error.kind === 'refused' && error.method !== 'GET')) return false;
  const text = `${error.info?.text ?? ''} ${(error.info?.messageIds ?? []).join(' ')}`;
  return text.includes('SYS518') || (text.includes('iLO') && text.includes('InvalidOperationForSystemState'));
}

/** Does the error say that the machine is in the middle of something that ends by itself? */
export function saysInProgress(info: RedfishError['info']): boolean {
  if (info === null) return false;
  if (hasMessage(info, 'UnableToModifyDuringSystemPOST') || hasMessage(info, 'ResourceInUse')) return true;
  return /\b(POST|operation|task|request|update|job)\b[^.]{0,40}\bin progress\b/i.test(info.text);
}

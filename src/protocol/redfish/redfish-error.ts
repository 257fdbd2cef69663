import type { ExtendedInfo } from './views/extended-info.ts';

/**
 * What went wrong, by what a caller can decide. `unreachable`: no connection, the request was certainly not taken. `untrusted`: the
 * certificate does not fit. `dropped`: the connection broke after sending, the request may have been taken. `timeout`: no answer in time,
 * likewise. `busy`: asked to come back later. `unsupported`: the BMC does not offer it. `conflict`: its present state forbids it.
 * `failed`: an error of the BMC's own. `malformed`: the answer makes no sense.
 */
export type RedfishErrorKind =
  | 'unreachable'
  | 'untrusted'
  | 'dropped'
  | 'timeout'
  | 'access-denied'
  | 'not-found'
  | 'busy'
  | 'unsupported'
  | 'conflict'
  | 'refused'
  | 'failed'
  | 'malformed';

export interface RedfishErrorParts {
  readonly kind: RedfishErrorKind;
  /** Host of the BMC, with its port where it is unusual. */
  readonly bmc: string;
  readonly method: string;
  readonly path: string;
  /** The finding, as a clause that follows "BMC <host> ". */
  readonly finding: string;
  readonly status?: number | null;
  readonly info?: ExtendedInfo | null;
  /** Milliseconds that the BMC asked to wait. */
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** The one error of this room. Its message never carries credentials. */
export class RedfishError extends Error {
  readonly kind: RedfishErrorKind;
  readonly bmc: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly info: ExtendedInfo | null;
  readonly retryAfterMs: number | null;

  constructor(parts: RedfishErrorParts) {
    super(
      `BMC ${parts.bmc} ${parts.finding} (${parts.method} ${parts.path})`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = 'RedfishError';
    this.kind = parts.kind;
    this.bmc = parts.bmc;
    this.method = parts.method;
    this.path = parts.path;
    this.status = parts.status ?? null;
    this.info = parts.info ?? null;
    this.retryAfterMs = parts.retryAfterMs ?? null;
  }

  /** True when the BMC may have acted on the request although it did not say so. */
  get mayHaveBeenTaken(): boolean {
    return this.kind === 'dropped' || this.kind === 'timeout';
  }
}

/** True for an error of this room, of one of the kinds when some are given. */
export function isRedfishError(error: unknown, ...kinds: RedfishErrorKind[]): error is RedfishError {
  return error instanceof RedfishError && (kinds.length === 0 || kinds.includes(error.kind));
}

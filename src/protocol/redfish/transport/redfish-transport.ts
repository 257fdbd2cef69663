/** One HTTP exchange with a BMC. The seam for recording, replaying and simulating. */
export interface RedfishRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with query, from the root of the host. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

export interface RedfishResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends requests to one host. @throws TransportError, or the signal's reason. */
export interface RedfishTransport {
  send(request: RedfishRequest, signal?: AbortSignal): Promise<RedfishResponse>;
  close(): Promise<void>;
}

/**
 * How far a request got. `connect`: no connection, so certainly not taken. `certificate`: the peer is not trusted. `sent`: broken after
 * sending. `timeout`: no whole answer in time. `malformed`: no HTTP, or too large.
 */
export type TransportFailure = 'connect' | 'certificate' | 'sent' | 'timeout' | 'malformed';

/** The message is a clause that follows "BMC <host> ". */
export class TransportError extends Error {
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TransportError';
    this.failure = failure;
  }
}

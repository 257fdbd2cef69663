/** One request that both services get. */
export interface CompatRequest {
  readonly method: string;
  /** `{host}` stands for the host name of the service's conductor. */
  readonly path: string;
  /** Minor of the microversion; a text is sent as the whole header; null sends no header. */
  readonly version: number | string | null;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Node that must come to rest, on both sides, before the next request. */
  readonly settles?: string;
  /** Tells apart requests that are otherwise alike. */
  readonly label?: string;
}

/** How a difference names its request; unique in a run. */
export function idOf({ method, path, version, body, label }: CompatRequest): string {
  const text = body === undefined ? '' : ` ${(typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 160)}`;
  return `${method} ${path} @${version ?? 'none'}${label === undefined ? '' : ` (${label})`}${text}`;
}

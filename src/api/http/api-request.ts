import type { RequestContext } from '../../conductor/conductor-service.ts';

/** A request as handlers see it: routed, version negotiated, path decoded. */
export interface ApiRequest {
  readonly method: string;
  /** Path below `/v1`, as the client wrote it (still encoded, no trailing slash): for links to the next page. */
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Minor number of the negotiated version. */
  readonly minor: number;
  /** Decoded variable segments of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** A `.json` suffix was taken off the last segment: put it back when the shorter name is not found. */
  readonly jsonSuffix: boolean;
  /** Public URL of the service without a trailing slash: base of links. */
  readonly base: string;
  readonly context: RequestContext;
}

/** A decoded path segment. @throws Error when the route has no such variable: a programming error. */
export function param(request: ApiRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`the route has no {${name}}`);
  return value;
}

import type { Json } from '../../model/json.ts';
import type { ApiRequest } from './api-request.ts';
import type { Reply } from './reply.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What a path answers below its first version: status and body shape. */
export type Below = '404A' | '404B' | '405A' | '405B' | '406A';

/**
 * How a route takes its body. `none`: not read. `document`: one JSON document, whatever the content type. `arguments`: named arguments,
 * from a JSON body or the query.
 */
export type BodyKind = 'none' | 'document' | 'arguments';

/** One endpoint, as data; versions are checked by the dispatcher alone. */
export interface Route {
  readonly method: Method;
  /** Path below `/v1`, `{name}` for a variable segment: `/nodes/{node}/states`. */
  readonly path: string;
  /** First minor version; below it `below` is answered. */
  readonly since: number;
  /** Versions below `since` where the endpoint exists after all. */
  readonly alsoAt: readonly number[];
  readonly below: Below;
  readonly body: BodyKind;
  readonly run: (request: ApiRequest, given: Given) => Promise<Reply>;
}

/** What came with a request, not yet parsed. */
export interface Given {
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** The document, or the arguments; undefined when there was no body. */
  readonly body: Json | undefined;
}

import type { Json } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import type { ApiRequest } from './api-request.ts';
import { invalid } from './error-replies.ts';
import { type Parameters, parseParameters, type Values } from './parameter.ts';
import type { Reply } from './reply.ts';
import type { Below, Method, Route } from './route.ts';

interface Parts<Q extends Parameters> {
  readonly method: Method;
  readonly path: string;
  /** First minor version, default 1. */
  readonly since?: number;
  readonly alsoAt?: readonly number[];
  /** Default: 404 of shape A. */
  readonly below?: Below;
  readonly query?: Q;
}

type NoParameters = Record<never, never>;

/** A route without a body. */
export function route<Q extends Parameters = NoParameters>(
  parts: Parts<Q> & { handle: (request: ApiRequest, query: Values<Q>) => Promise<Reply> | Reply },
): Route {
  return {
    ...common(parts),
    body: 'none',
    run: async (request, given) => parts.handle(request, parseParameters(queryOf(parts), given.query, request.minor)),
  };
}

/** A route whose body is one JSON document; an empty body is `{}`, or what `empty` says. */
export function documentRoute<Q extends Parameters = NoParameters>(
  parts: Parts<Q> & { empty?: Json; handle: (request: ApiRequest, document: Json, query: Values<Q>) => Promise<Reply> | Reply },
): Route {
  return {
    ...common(parts),
    body: 'document',
    run: async (request, given) => {
      const query = parseParameters(queryOf(parts), given.query, request.minor);
      return parts.handle(request, given.body === undefined ? (parts.empty ?? {}) : given.body, query);
    },
  };
}

/** A route with named arguments, taken from a JSON body and from the query alike. */
export function argumentsRoute<A extends Parameters>(
  parts: Omit<Parts<A>, 'query'> & { arguments: A; handle: (request: ApiRequest, args: Values<A>) => Promise<Reply> | Reply },
): Route {
  return {
    ...common(parts),
    body: 'arguments',
    run: async (request, given) => {
      const all = new Map<string, readonly (string | Json)[]>(given.query);
      if (given.body !== undefined) {
        if (!isJsonObject(given.body)) throw invalid('The request body must be a JSON object');
        for (const [name, value] of Object.entries(given.body)) {
          if (value !== undefined) all.set(name, [...(all.get(name) ?? []), value]);
        }
      }
      return parts.handle(request, parseParameters(parts.arguments, all, request.minor));
    },
  };
}

function common(parts: Omit<Parts<Parameters>, 'query'>): Pick<Route, 'method' | 'path' | 'since' | 'alsoAt' | 'below'> {
  return {
    method: parts.method,
    path: parts.path,
    since: parts.since ?? 1,
    alsoAt: parts.alsoAt ?? [],
    below: parts.below ?? '404A',
  };
}

function queryOf<Q extends Parameters>(parts: Parts<Q>): Q {
  // Without a table Q is the empty record.
  return parts.query ?? ({} as Q);
}

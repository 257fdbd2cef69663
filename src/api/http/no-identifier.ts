import { route } from './define-route.ts';
import { invalid } from './error-replies.ts';
import type { Route } from './route.ts';

/** PATCH and DELETE of a collection: 400, the identifier is missing. */
export function noIdentifier(method: 'PATCH' | 'DELETE', path: string): Route {
  return route({
    method,
    path,
    handle: () => {
      throw invalid(`${method} needs the identifier of an object: ${path}/<identifier>`);
    },
  });
}

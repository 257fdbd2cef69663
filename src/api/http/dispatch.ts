import type { Logger } from '../../config/logger.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { ApiRequest } from './api-request.ts';
import { MAX_VERSION, MIN_VERSION, type Negotiation, versionText } from './api-version.ts';
import { BodyRefused, RoutingError, shapeA, shapeB, shapeC } from './error-replies.ts';
import type { Reply } from './reply.ts';
import type { Below, Route } from './route.ts';
import { METHODS } from './route.ts';
import { allowHeader, type Match, type Router } from './router.ts';
import type { SplitPath } from './split-path.ts';

/** Version headers of an answer; none when the request's version could not be read. */
export function versionHeaders(negotiation: Negotiation): Record<string, string> {
  if ('refused' in negotiation && negotiation.refused === 'invalid') return {};
  return {
    ...('minor' in negotiation ? { 'x-openstack-ironic-api-version': versionText(negotiation.minor) } : {}),
    'x-openstack-ironic-api-minimum-version': MIN_VERSION,
    'x-openstack-ironic-api-maximum-version': MAX_VERSION,
  };
}

/**
 * Finds the route of a request. @throws RoutingError 404 (no such path), 405 (with `Allow`); the answer of `Route.below` where the
 * version is too old.
 */
export function findRoute(router: Router, method: string, path: SplitPath, minor: number): { route: Route; match: Match } {
  const match = router.match(path.segments);
  if (!match) throw new RoutingError(404, '');
  const known = METHODS.find((each) => each === method);
  const route = known && match.routes.get(known);
  if (!route) throw new RoutingError(405, `The method ${method} is not offered here`, { allow: allowHeader(match.routes) });
  if (minor < route.since && !route.alsoAt.includes(minor)) throw belowFirstVersion(route);
  return { route, match };
}

function belowFirstVersion(route: Route): Error {
  const message = `${route.method} ${route.path} needs API version ${versionText(route.since)} or later`;
  const answers: Record<Below, () => Error> = {
    '404A': () => new WroughtError('NOT_FOUND', message),
    '404B': () => new RoutingError(404, message),
    '405A': () => new WroughtError('METHOD_NOT_ALLOWED', message),
    '405B': () => new RoutingError(405, message, { allow: '' }),
    '406A': () => new WroughtError('NOT_ACCEPTABLE', message),
  };
  return answers[route.below]();
}

/** The answer to anything that was thrown. What is not a catalogue error is a defect: logged, and told without its innards. */
export function errorReply(error: unknown, log: Logger, request: Pick<ApiRequest, 'context'> & { method: string; url: string }): Reply {
  if (error instanceof RoutingError) return shapeB(error.status, error.message, error.headers);
  if (error instanceof BodyRefused) return shapeC(error.status, error.message);
  if (error instanceof WroughtError && error.code !== 'INTERNAL') {
    if (error.status >= 500) log.warn({ request_id: request.context.requestId, code: error.code, method: request.method }, error.message);
    return shapeA(error.status, error.message);
  }
  log.error({ request_id: request.context.requestId, method: request.method, url: request.url, err: error }, messageOf(error));
  return shapeA(500, `Wrought failed to answer ${request.method}: an internal error; its log has it under ${request.context.requestId}`);
}

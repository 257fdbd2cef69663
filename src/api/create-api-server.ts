import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { ApiDependencies } from './api-dependencies.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { registerEventStream } from './events/event-stream.ts';
import { createDispatcher } from './http/dispatcher.ts';
import type { Reply } from './http/reply.ts';
import { registerMetrics } from './metrics/metrics-endpoint.ts';
import { registerRecover } from './recover/recover-endpoint.ts';

/** A request that is not there whole after this time is given up (milliseconds). */
const REQUEST_TIMEOUT_MS = 300_000;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * The HTTP server of the Bare Metal API (microversions 1.1 to 1.115) and of `/wrought/v1`. The caller makes it listen and closes it.
 *
 * @throws NOT_BUILT or INVALID_PARAMETER when `[DEFAULT]auth_strategy` cannot be served.
 * @example
 * const app = createApiServer({ store, conductor, config, clock: systemClock, log });
 * await app.listen({ host: '127.0.0.1', port: 6385 });
 */
export function createApiServer(dependencies: ApiDependencies): FastifyInstance {
  const authenticator = createAuthenticator(dependencies.config, dependencies.clock);
  const dispatcher = createDispatcher(dependencies, authenticator);
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => `req-${randomUUID()}`,
    frameworkErrors: (error, request, reply) => void send(reply, request.id, dispatcher.unreadable(error.message)),
  });
  // Bodies stay streams: the dispatcher reads them within their limits, once it knows who asks.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', async (request) => {
    // A content type that is none is no reason to refuse a body that is read as JSON whatever its type.
    const type = request.raw.headers['content-type'];
    if (type !== undefined && !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;|$)/.test(type)) {
      request.raw.headers['content-type'] = 'application/octet-stream';
    }
  });
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    send(reply, request.id, await dispatcher.answer(request));
  app.route({ method: [...METHODS], url: '/*', handler: handle });
  app.setNotFoundHandler(handle);
  app.setErrorHandler((error, request, reply) => send(reply, request.id, dispatcher.unreadable(String(error))));
  registerEventStream(app, dependencies, authenticator);
  registerMetrics(app, dependencies, authenticator);
  registerRecover(app, dependencies, authenticator);
  return app;
}

function send(reply: FastifyReply, requestId: string, answer: Reply): FastifyReply {
  reply.code(answer.status).header('x-openstack-request-id', requestId).header('openstack-request-id', requestId);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.body === undefined) return reply.send();
  // As bytes: to text Fastify would add a charset, which the contract does not have.
  return reply.header('content-type', 'application/json').send(Buffer.from(answer.body));
}

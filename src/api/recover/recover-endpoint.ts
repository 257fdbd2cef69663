import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { WroughtError } from '../../model/errors.ts';
import { isJsonObject } from '../../model/json.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { admit } from '../auth/admit.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { BodyRefused, invalid, notFound } from '../http/error-replies.ts';
import { parseJsonBody, readBody } from '../http/read-body.ts';
import { findNode } from '../resources/nodes/resolve-node.ts';

/** Longest body in bytes: it holds one flag. */
const LIMIT = 4096;
/** Names of nodes are read as in the newest version. */
const NEWEST = 115;

/**
 * `POST /wrought/v1/nodes/{ident}/recover`: what holds a node, and with `{"confirm": true}` the end of a hold that nobody works under.
 * Without a body nothing is changed. Errors are objects with code, message and hint.
 */
export function registerRecover(app: FastifyInstance, dependencies: ApiDependencies, authenticator: Authenticator): void {
  app.post<{ Params: { ident: string } }>('/wrought/v1/nodes/:ident/recover', async (request, reply) => {
    const identity = await admit(authenticator, request, reply);
    if (!identity) return reply;
    try {
      const confirm = await confirmed(request);
      const node = await findNode(dependencies.store, request.params.ident, NEWEST);
      if (!node) throw notFound(`Node ${request.params.ident.slice(0, 255)} could not be found`);
      const context = { requestId: request.id, ...identity };
      return reply.send(await dependencies.conductor.recover(context, node.uuid, confirm));
    } catch (error) {
      const known = knownError(error, request.id);
      if (known.code === 'INTERNAL') dependencies.log.error({ request_id: request.id, err: error }, 'a recovery could not be answered');
      return reply.code(known.status).send({ error: { code: known.code, message: known.message, hint: known.hint } });
    }
  });
}

async function confirmed(request: FastifyRequest): Promise<boolean> {
  if (!(request.body instanceof Readable)) return false;
  const body = parseJsonBody(await readBody(request.body, { limit: LIMIT, depth: 2, declared: null })) ?? {};
  const { confirm = false, ...others } = isJsonObject(body) ? body : { others: null };
  if (typeof confirm !== 'boolean' || Object.keys(others).length > 0)
    throw invalid('The body may be {"confirm": true} or {"confirm": false}');
  return confirm;
}

function knownError(error: unknown, requestId: string): WroughtError {
  if (error instanceof WroughtError) return error;
  if (error instanceof BodyRefused) return new WroughtError(error.status === 413 ? 'BODY_TOO_LARGE' : 'INVALID_PARAMETER', error.message);
  return new WroughtError('INTERNAL', `Internal error, see the log under ${requestId}`);
}

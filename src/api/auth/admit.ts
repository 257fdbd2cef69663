import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Identity } from './authenticator.ts';

type Known = Exclude<Identity, { readonly refusal: unknown }>;

/**
 * Who the caller of a `/wrought/v1` endpoint is. Null: the caller was refused and has been answered.
 */
export async function admit(authenticator: Authenticator, request: FastifyRequest, reply: FastifyReply): Promise<Known | null> {
  const identity = await authenticator.identify(request.headers.authorization);
  if (!('refusal' in identity)) return identity;
  const { status, body, headers } = identity.refusal;
  reply
    .code(status)
    .headers({ ...headers, 'content-type': 'application/json' })
    .send(body);
  return null;
}

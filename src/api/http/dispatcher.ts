import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { WroughtError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { type Authenticator, isOpenPath } from '../auth/authenticator.ts';
import { rootDocument } from '../resources/root-document.ts';
import { apiRoutes } from '../routes.ts';
import type { ApiRequest } from './api-request.ts';
import { type Negotiation, negotiateVersion } from './api-version.ts';
import { errorReply, findRoute, versionHeaders } from './dispatch.ts';
import { invalid, RoutingError, shapeA, shapeB } from './error-replies.ts';
import { publicBase } from './public-base.ts';
import { type BodyLimits, bodyLimit, parseJsonBody, readBody } from './read-body.ts';
import { okJson, type Reply } from './reply.ts';
import type { BodyKind } from './route.ts';
import { createRouter } from './router.ts';
import { splitPath } from './split-path.ts';

export interface Dispatcher {
  /** Answers any request below `/`, errors included. Never rejects. */
  answer(request: FastifyRequest): Promise<Reply>;
  /** The answer to a request that HTTP itself could not make sense of. */
  unreadable(message: string): Reply;
}

/**
 * The order of checks is the contract's: credentials, size and nesting of the body, version, path, method, first version of the
 * endpoint, then the endpoint's own.
 */
export function createDispatcher(dependencies: ApiDependencies, authenticator: Authenticator): Dispatcher {
  const { config, clock, log } = dependencies;
  const router = createRouter(apiRoutes(dependencies));
  const limits = readLimits(config);

  async function answer(request: FastifyRequest): Promise<Reply> {
    const startedAt = clock.now();
    const [path = '/', search = ''] = splitOnce(request.raw.url ?? '/', '?');
    const negotiation = negotiateVersion({
      legacy: text(request.headers['x-openstack-ironic-api-version']),
      openstack: text(request.headers['openstack-api-version']),
    });
    const context = { requestId: request.id, user: null, project: null };
    let reply: Reply;
    try {
      reply = await answerOrThrow(request, path, search, negotiation);
    } catch (error) {
      reply = errorReply(error, log, { context, method: request.method, url: path });
    }
    const level = request.method === 'GET' ? 'debug' : 'info';
    log[level]({ request_id: request.id, method: request.method, path, status: reply.status, ms: clock.now() - startedAt }, 'api request');
    return { ...reply, headers: { ...versionHeaders(negotiation), ...reply.headers } };
  }

  async function answerOrThrow(request: FastifyRequest, path: string, search: string, negotiation: Negotiation): Promise<Reply> {
    const identity = isOpenPath(path) ? { user: null, project: null } : await authenticator.identify(request.headers.authorization);
    if ('refusal' in identity) return identity.refusal;
    const body = await bodyOf(request, path, limits);
    if ('refused' in negotiation) return path === '/' ? shapeA(406, negotiation.message) : shapeB(406, negotiation.message);
    const { minor, explicit } = negotiation;
    const base = publicBase({
      configured: config.optionalString('api', 'public_endpoint'),
      trustForwarded: config.boolean('wrought', 'trust_proxy_headers'),
      encrypted: 'encrypted' in request.raw.socket && request.raw.socket.encrypted === true,
      headers: request.headers,
      localAddress: `${request.raw.socket.localAddress ?? '127.0.0.1'}:${request.raw.socket.localPort ?? 6385}`,
    });
    const split = splitPath(path, explicit && minor < 91);
    if (split.root) return okJson(rootDocument(base));
    if (request.method === 'OPTIONS') return { status: 200 };
    if (request.method === 'HEAD' && split.segments.length === 0) return { status: 200 };
    if (request.method !== 'GET' && split.segments.length === 0) {
      throw new WroughtError('METHOD_NOT_ALLOWED', `The method ${request.method} is not offered on the version document`);
    }
    const { route, match } = findRoute(router, request.method, split, minor);
    if (!acceptsJson(request.headers.accept)) {
      throw new RoutingError(406, `Only application/json is offered, not ${request.headers.accept?.slice(0, 100)}`);
    }
    const query = parseQuery(search);
    const apiRequest: ApiRequest = {
      method: request.method,
      path: split.raw,
      query,
      minor,
      params: match.params,
      jsonSuffix: split.jsonSuffix,
      base,
      context: { requestId: request.id, ...identity },
    };
    return route.run(apiRequest, { query, body: documentOf(body, route.body, request.headers['content-type']) });
  }

  return { answer, unreadable: (message) => shapeA(400, message) };
}

function readLimits(config: ApiDependencies['config']): BodyLimits {
  const kib = (name: string): number => config.integer('api', name) * 1024;
  return {
    general: kib('max_json_body_size'),
    provision: kib('max_json_body_size_provision'),
    inspection: kib('max_json_body_size_inspection'),
    depth: config.integer('api', 'max_json_body_depth'),
  };
}

async function bodyOf(request: FastifyRequest, path: string, limits: BodyLimits): Promise<Buffer> {
  if (!(request.body instanceof Readable)) return Buffer.alloc(0);
  const declared = Number(request.headers['content-length'] ?? Number.NaN);
  return readBody(request.body, {
    limit: bodyLimit(limits, path),
    depth: limits.depth,
    declared: Number.isSafeInteger(declared) ? declared : null,
  });
}

/** The body as its endpoint takes it. @throws INVALID_PARAMETER. */
function documentOf(body: Buffer, kind: BodyKind, contentType: string | undefined): Json | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (kind === 'none') return undefined;
  if (kind === 'document') {
    if (body.length > 0 && (type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data')) {
      throw invalid(`The request body must be JSON, not ${type}`);
    }
    return parseJsonBody(body);
  }
  return type === 'application/json' ? parseJsonBody(body) : undefined;
}

function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept
    .split(',')
    .some((range) => ['*/*', 'application/*', 'application/json'].includes((range.split(';')[0] ?? '').trim().toLowerCase()));
}

function parseQuery(search: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search)) query.set(name, [...(query.get(name) ?? []), value]);
  return query;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

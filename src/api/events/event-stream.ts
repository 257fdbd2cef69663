import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { OutboxEvent } from '../../model/event.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { admit } from '../auth/admit.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { isUuid } from '../fields/identifier.ts';
import { invalid, notFound } from '../http/error-replies.ts';
import { type Parameters, parseParameters, readInteger } from '../http/parameter.ts';

const HEARTBEAT_MS = 15_000;
/** A client that takes nothing for this long is let go; it resumes with `Last-Event-ID`. */
const STALLED_MS = 60_000;
/** Rows read, and at most held, per client at a time. */
const BATCH = 50;

const QUERY = {
  after: { type: 'integer', min: 0 },
  node: { type: 'string' },
  kind: { type: 'list' },
} as const satisfies Parameters;

interface Subscription {
  readonly after: number;
  readonly filter: { nodeUuid?: string; kinds?: readonly string[] };
}

/**
 * `GET /wrought/v1/events`: the outbox as server-sent events, in order and without gaps. A client resumes with `Last-Event-ID` (or
 * `?after=`); without either it is told what happens from now on. `?node=` (UUID or name) and `?kind=` narrow it.
 *
 * Nothing is queued per client: rows are read from the store as fast as the socket takes them.
 */
export function registerEventStream(app: FastifyInstance, dependencies: ApiDependencies, authenticator: Authenticator): void {
  const open = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const end of [...open]) end();
  });
  app.get('/wrought/v1/events', async (request, reply) => {
    if (!(await admit(authenticator, request, reply))) return reply;
    try {
      const subscription = await readSubscription(request, dependencies);
      reply.hijack();
      void stream(reply.raw, request.id, subscription, dependencies, open);
      return reply;
    } catch (error) {
      return refuse(reply, error, request.id);
    }
  });
}

function refuse(reply: FastifyReply, error: unknown, requestId: string): FastifyReply {
  const known = error instanceof WroughtError ? error : new WroughtError('INTERNAL', `Internal error, see the log under ${requestId}`);
  const body = { error: { code: known.code, message: known.message, hint: known.hint } };
  return reply
    .code(known.status)
    .header('content-type', 'application/json')
    .header('x-openstack-request-id', requestId)
    .send(JSON.stringify(body));
}

async function readSubscription(request: FastifyRequest, { store }: ApiDependencies): Promise<Subscription> {
  const search = new URL(request.raw.url ?? '/', 'http://localhost').searchParams;
  const given = new Map([...search.keys()].map((name) => [name, search.getAll(name)]));
  const query = parseParameters(QUERY, given, 1);
  const resumed = request.headers['last-event-id'];
  const after = resumed === undefined ? query.after : readInteger(resumed);
  if (resumed !== undefined && (after === undefined || after < 0)) throw invalid('Last-Event-ID must be the id of an event');
  const nodeUuid = query.node === undefined ? undefined : await resolveNode(query.node, store);
  return {
    after: after ?? (await store.events.lastId()),
    filter: { ...(nodeUuid === undefined ? {} : { nodeUuid }), ...(query.kind && query.kind.length > 0 ? { kinds: query.kind } : {}) },
  };
}

/** A UUID needs no look-up: events of deleted nodes can be asked for too. */
async function resolveNode(ident: string, store: ApiDependencies['store']): Promise<string> {
  if (isUuid(ident)) return ident;
  const node = await store.nodes.getByName(ident);
  if (!node) throw notFound(`Node ${ident} does not exist`);
  return node.uuid;
}

/** Writes events until the client or the server ends it. */
async function stream(
  response: ServerResponse,
  requestId: string,
  subscription: Subscription,
  { store, clock, log }: ApiDependencies,
  open: Set<() => void>,
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  open.add(end);
  response.on('close', end).on('error', end);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-openstack-request-id': requestId,
  });
  const bell = createBell();
  const unsubscribe = store.onEvents(bell.ring);
  let cancelHeartbeat = (): void => {};
  const heartbeat = (): void => {
    // A socket that is full gets no heartbeat on top.
    if (!response.writableNeedDrain) response.write(': still here\n\n');
    cancelHeartbeat = clock.after(HEARTBEAT_MS, heartbeat);
  };
  cancelHeartbeat = clock.after(HEARTBEAT_MS, heartbeat);
  ended.signal.addEventListener('abort', bell.ring);
  try {
    let after = subscription.after;
    response.write(': wrought events\n\n');
    while (!ended.signal.aborted) {
      bell.reset();
      const events = await store.events.since(after, BATCH, subscription.filter);
      for (const event of events) {
        if (ended.signal.aborted) break;
        if (!response.write(frame(event))) await drained(response, ended.signal, clock);
        after = event.id;
      }
      if (events.length < BATCH) await bell.rung();
    }
  } catch (error) {
    if (!ended.signal.aborted) log.warn({ request_id: requestId }, `event stream ended: ${messageOf(error)}`);
  } finally {
    open.delete(end);
    unsubscribe();
    cancelHeartbeat();
    response.end();
  }
}

async function drained(response: ServerResponse, signal: AbortSignal, clock: ApiDependencies['clock']): Promise<void> {
  const stalled = new AbortController();
  const cancel = clock.after(STALLED_MS, () => {
    stalled.abort();
    response.destroy();
  });
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, stalled.signal]) });
  } finally {
    cancel();
  }
}

/**
 * An event as one `data` line (JSON text holds no line breaks): the members of its data, and beside them what every event has; those
 * names win.
 */
function frame(event: OutboxEvent): string {
  const { id, kind, node_uuid, node_name } = event;
  const shown = { ...event.data, id, kind, created_at: new Date(event.created_at).toISOString(), node_uuid, node_name };
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(shown)}\n\n`;
}

/** Wakes a waiting loop; a ring between `reset` and `rung` is not lost. */
function createBell(): { ring: () => void; reset: () => void; rung: () => Promise<void> } {
  let wake = (): void => {};
  let next = Promise.resolve();
  const reset = (): void => {
    next = new Promise((resolve) => {
      wake = resolve;
    });
  };
  reset();
  return { ring: () => wake(), reset, rung: () => next };
}

import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { parseDocument } from '../../fields/parse-document.ts';
import { documentRoute } from '../../http/define-route.ts';
import { invalid } from '../../http/error-replies.ts';
import { done } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { EVENT_TABLE, EVENTS_SINCE } from './event-fields.ts';

const MAX_EVENTS = 1000;

/**
 * `/v1/events`: a network service tells what became of its ports. As in the contract the events are checked and logged, and nothing
 * depends on them: no network interface waits for a port to be bound.
 */
export function eventRoutes({ log }: ApiDependencies): Route[] {
  return [
    documentRoute({
      method: 'POST',
      path: '/events',
      since: EVENTS_SINCE,
      handle(request, body) {
        for (const event of parseEvents(body, request.minor)) log.info({ requestId: request.context.requestId, event }, 'external event');
        return done();
      },
    }),
  ];
}

/** @throws INVALID_PARAMETER for anything but a list of at least one known event. */
function parseEvents(body: Json, minor: number): JsonObject[] {
  if (!isJsonObject(body) || Object.keys(body).some((key) => key !== 'events'))
    throw invalid('The body must be {"events": [...]} and nothing else');
  const { events } = body;
  if (!Array.isArray(events) || events.length === 0) throw invalid('events must be a list of at least one event');
  if (events.length > MAX_EVENTS) throw invalid(`events must hold at most ${MAX_EVENTS} events`);
  return events.map((event) => parseDocument(EVENT_TABLE, event, minor));
}

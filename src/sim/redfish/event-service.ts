import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { EVENT_TYPES, type Subscription } from '../machine/event-subscriptions.ts';
import type { Machine } from '../machine/machine.ts';
import { oneOf, text, texts } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, link, OK, ROOT, resource, systemPath } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';

const SERVICE = `${ROOT}/EventService`;
const SUBSCRIPTIONS = `${SERVICE}/Subscriptions`;
const TEST = 'EventService.SubmitTestEvent';

function body(subscription: Subscription): JsonObject {
  return resource(
    `${SUBSCRIPTIONS}/${subscription.id}`,
    'EventDestination.v1_13_0.EventDestination',
    subscription.id,
    `Subscription ${subscription.id}`,
    {
      Destination: subscription.destination,
      EventTypes: [...subscription.eventTypes],
      Context: subscription.context,
      Protocol: 'Redfish',
      SubscriptionType: 'RedfishEvent',
      // Header values are credentials as a rule: written, never shown.
      HttpHeaders: [],
    },
  );
}

function subscribe(machine: Machine, call: RedfishCall): RedfishAnswer {
  const { Destination: destination, Context: context = '', Protocol: protocol = 'Redfish', EventTypes: types } = call.body;
  if (destination === undefined) throw new RedfishFault(400, 'PropertyMissing', ['Destination'], { related: ['#/Destination'] });
  const url = text(destination, '#/Destination', 2048);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new RedfishFault(400, 'PropertyValueOutOfRange', [JSON.stringify(url), 'Destination'], { related: ['#/Destination'] });
  oneOf(protocol, ['Redfish'], '#/Protocol');
  const eventTypes =
    types === undefined ? [...EVENT_TYPES] : texts(types, '#/EventTypes').map((item) => oneOf(item, EVENT_TYPES, '#/EventTypes'));
  const subscription = machine.subscriptions.add({
    destination: url,
    context: context === null ? '' : text(context, '#/Context'),
    eventTypes,
    headers: headersOf(call.body.HttpHeaders ?? []),
  });
  if (!subscription) throw new RedfishFault(400, 'GeneralError', [], { explanation: 'The limit of subscriptions is reached.' });
  return { status: 201, headers: { Location: `${SUBSCRIPTIONS}/${subscription.id}` }, body: body(subscription) };
}

function headersOf(value: Json): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!Array.isArray(value))
    throw new RedfishFault(400, 'PropertyValueTypeError', ['HttpHeaders', 'HttpHeaders'], { related: ['#/HttpHeaders'] });
  for (const item of value)
    if (isJsonObject(item)) for (const [name, header] of Object.entries(item)) if (typeof header === 'string') headers[name] = header;
  return headers;
}

function find(machine: Machine, call: RedfishCall): Subscription {
  const subscription = machine.subscriptions.get(call.params.subscription ?? '');
  if (!subscription) throw notFound(call.path);
  return subscription;
}

export const eventRoutes: readonly Route[] = [
  {
    path: SERVICE,
    get: () =>
      resource(SERVICE, 'EventService.v1_10_0.EventService', 'EventService', 'Event Service', {
        ServiceEnabled: true,
        Status: OK,
        DeliveryRetryAttempts: 0,
        DeliveryRetryIntervalSeconds: 0,
        EventTypesForSubscription: [...EVENT_TYPES],
        Subscriptions: link(SUBSCRIPTIONS),
        Actions: {
          '#EventService.SubmitTestEvent': { target: `${SERVICE}/Actions/${TEST}`, 'EventType@Redfish.AllowableValues': [...EVENT_TYPES] },
        },
      }),
  },
  {
    path: SUBSCRIPTIONS,
    get: (machine) =>
      collection(
        SUBSCRIPTIONS,
        'EventDestinationCollection',
        'Subscriptions',
        machine.subscriptions.list().map(({ id }) => `${SUBSCRIPTIONS}/${id}`),
      ),
    post: subscribe,
  },
  {
    path: `${SUBSCRIPTIONS}/:subscription`,
    get: (machine, call) => body(find(machine, call)),
    delete(machine, call) {
      machine.subscriptions.remove(find(machine, call).id);
      return undefined;
    },
  },
  {
    path: `${SERVICE}/Actions/${TEST}`,
    post(machine, call) {
      void machine.subscriptions.publish({
        type: oneOf(call.body.EventType ?? 'Alert', EVENT_TYPES, '#/EventType'),
        messageId: text(call.body.MessageId ?? 'Base.1.16.Success', '#/MessageId'),
        message: text(call.body.Message ?? 'Test event', '#/Message', 1024),
        severity: oneOf(call.body.Severity ?? 'OK', ['OK', 'Warning', 'Critical'], '#/Severity'),
        origin: systemPath(machine),
        at: machine.clock.now(),
      });
      return undefined;
    },
  },
];

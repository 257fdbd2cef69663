import { request } from 'undici';
import type { JsonObject } from '../../model/json.ts';
import type { MachineLog } from './machine-log.ts';

export interface Subscription {
  readonly id: string;
  readonly destination: string;
  readonly context: string;
  readonly eventTypes: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

export const EVENT_TYPES = ['Alert', 'StatusChange', 'ResourceUpdated', 'ResourceAdded', 'ResourceRemoved'] as const;

const MAX_SUBSCRIPTIONS = 20;
const DELIVERY_TIMEOUT_MS = 5_000;

/** Who wants to hear of events of one BMC, and the delivery to them. */
export class EventSubscriptions {
  readonly #log: MachineLog;
  readonly #list = new Map<string, Subscription>();
  #next = 1;
  #eventId = 1;

  constructor(log: MachineLog) {
    this.#log = log;
  }

  list(): readonly Subscription[] {
    return [...this.#list.values()];
  }

  get(id: string): Subscription | undefined {
    return this.#list.get(id);
  }

  /** Null when there is no room. */
  add(wanted: Omit<Subscription, 'id'>): Subscription | null {
    if (this.#list.size >= MAX_SUBSCRIPTIONS) return null;
    const subscription = { ...wanted, id: String(this.#next++) };
    this.#list.set(subscription.id, subscription);
    return subscription;
  }

  remove(id: string): boolean {
    return this.#list.delete(id);
  }

  /** Posts an event to every subscriber of its type; failures are written to the console of the machine. */
  async publish(event: {
    readonly type: (typeof EVENT_TYPES)[number];
    readonly messageId: string;
    readonly message: string;
    readonly severity: 'OK' | 'Warning' | 'Critical';
    readonly origin: string;
    /** Milliseconds since the epoch. */
    readonly at: number;
  }): Promise<void> {
    if (this.#list.size === 0) return;
    const eventId = String(this.#eventId++);
    const deliveries = this.list()
      .filter((subscription) => subscription.eventTypes.includes(event.type))
      .map((subscription) => this.#deliver(subscription, bodyOf(event, eventId, subscription.context)));
    await Promise.all(deliveries);
  }

  async #deliver(subscription: Subscription, body: JsonObject): Promise<void> {
    try {
      const answer = await request(subscription.destination, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...subscription.headers },
        body: JSON.stringify(body),
        headersTimeout: DELIVERY_TIMEOUT_MS,
        bodyTimeout: DELIVERY_TIMEOUT_MS,
      });
      await answer.body.dump();
      if (answer.statusCode >= 400) this.#log.write('bmc', `event to subscription ${subscription.id}: answered ${answer.statusCode}`);
    } catch (error) {
      this.#log.write('bmc', `event to subscription ${subscription.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function bodyOf(event: Parameters<EventSubscriptions['publish']>[0], eventId: string, context: string): JsonObject {
  return {
    '@odata.type': '#Event.v1_7_0.Event',
    Id: eventId,
    Name: 'Event',
    Context: context,
    Events: [
      {
        EventId: eventId,
        MemberId: '0',
        EventType: event.type,
        EventTimestamp: new Date(event.at).toISOString(),
        MessageId: event.messageId,
        Message: event.message,
        Severity: event.severity,
        MessageSeverity: event.severity,
        OriginOfCondition: { '@odata.id': event.origin },
        Context: context,
      },
    ],
  };
}

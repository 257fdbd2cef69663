import type { JsonObject } from './json.ts';
import type { Millis, NodeUuid } from './node.ts';

/** What the outbox tells of. `step` carries progress within a step; `history` carries a history row. */
export type EventKind =
  | 'node.created'
  | 'node.updated'
  | 'node.deleted'
  | 'node.provision_state'
  | 'node.power_state'
  | 'node.maintenance'
  | 'node.step'
  | 'node.progress'
  | 'node.history';

/** A row of the outbox, written in the transaction of the change it tells of. `id` grows without gaps being promised. */
export interface OutboxEvent {
  readonly id: number;
  readonly created_at: Millis;
  readonly kind: EventKind;
  readonly node_uuid: NodeUuid;
  readonly node_name: string | null;
  readonly data: JsonObject;
}

export type NewOutboxEvent = Omit<OutboxEvent, 'id' | 'created_at'>;

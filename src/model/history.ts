import type { Millis, NodeUuid } from './node.ts';

export type HistorySeverity = 'ERROR' | 'INFO';

/** One row of a node's history (API 1.78). */
export interface NodeHistory {
  readonly id: number;
  readonly uuid: string;
  readonly node_uuid: NodeUuid;
  readonly created_at: Millis;
  readonly conductor: string | null;
  readonly severity: HistorySeverity;
  readonly event: string;
  readonly event_type: string;
  readonly user: string | null;
  readonly project: string | null;
  readonly state: string | null;
  readonly target_provision_state: string | null;
  readonly duration_seconds: number | null;
}

export type NewNodeHistory = Omit<NodeHistory, 'id' | 'uuid' | 'created_at'>;

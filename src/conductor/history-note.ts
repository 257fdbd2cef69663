import type { HistorySeverity, NewNodeHistory } from '../model/history.ts';
import { maskText } from '../model/mask-secrets.ts';
import type { Node } from '../model/node.ts';
import type { Repositories } from '../store/store.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { RequestContext } from './conductor-service.ts';

/** One remark for a node's history; type as in the peer: `provisioning`, `cleaning`, `deploying`, `takeover` … */
export interface HistoryNote {
  readonly severity: HistorySeverity;
  readonly type: string;
  readonly text: string;
}

/** Longest text kept: `[DEFAULT]log_in_db_max_size`. */
export function cutText(ctx: ConductorContext, text: string): string {
  return maskText(text).slice(0, ctx.config.integer('DEFAULT', 'log_in_db_max_size'));
}

/** Writes remarks in the transaction of the change they tell of, with an outbox event each. */
export async function addHistory(
  ctx: ConductorContext,
  tx: Repositories,
  node: Node,
  notes: readonly HistoryNote[],
  request: RequestContext | null,
  since: number | null = node.provision_updated_at,
): Promise<void> {
  if (!ctx.config.boolean('conductor', 'node_history')) return;
  for (const note of notes) {
    const row: NewNodeHistory = {
      node_uuid: node.uuid,
      conductor: ctx.hostname,
      severity: note.severity,
      event: cutText(ctx, note.text),
      event_type: note.type,
      user: request?.user ?? null,
      project: request?.project ?? null,
      state: node.provision_state,
      target_provision_state: node.target_provision_state,
      duration_seconds: since === null ? null : Math.max(0, Math.round((ctx.clock.now() - since) / 1000)),
    };
    const stored = await tx.history.add(row);
    await tx.events.add({
      kind: 'node.history',
      node_uuid: node.uuid,
      node_name: node.name,
      data: { uuid: stored.uuid, severity: row.severity, event_type: row.event_type, event: row.event, state: row.state },
    });
  }
}

import { WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { InternalInfoPatch, Node } from '../../model/node.ts';
import type { StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory, type HistoryNote } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { type Flow, requestKeyOf, STEP_STARTED_KEY, stepPatch } from './flow.ts';
import { stepJson, stepName } from './step-record.ts';

export interface Entry {
  readonly flow: Flow;
  readonly step: StepRecord;
  readonly index: number;
  readonly total: number;
  /** The step that ended just before, for its end event. */
  readonly ended: { step: StepRecord; index: number } | null;
  /** It is known not to have started although it was entered before: spending it again is no harm. */
  readonly again: boolean;
  /** Written in the same transaction: the composed list at the start. */
  readonly internal?: InternalInfoPatch;
  readonly history?: (node: Node) => readonly HistoryNote[];
}

/**
 * Moves the cursor to a step before it runs: cursor, shown step, events and, for a step that destroys data, the mark that it has been
 * spent are one transaction. After a crash the mark says that nobody may run it blindly again.
 *
 * @throws DEPLOY_FAILURE when the step was spent before.
 */
export async function enterStep(ctx: ConductorContext, task: NodeTask, entry: Entry): Promise<void> {
  const { flow, step, index } = entry;
  task.signal.throwIfAborted();
  const node = await ctx.store.transaction(async (tx) => {
    const stored = await tx.nodes.mutate(task.node.uuid, task.held.lease, (before) => ({
      ...stepPatch(flow, stepJson(step)),
      driver_internal_info: merged(before.driver_internal_info, {
        ...entry.internal,
        [flow.index]: index,
        [flow.skip]: undefined,
        [flow.polling]: undefined,
        [STEP_STARTED_KEY]: ctx.clock.now(),
      }),
    }));
    if (step.destroys_data) {
      const first = await tx.spentSteps.spend(stored.uuid, requestKeyOf(stored), stepKey(flow, step, index));
      if (!first && !entry.again) throw spentBefore(stored, step);
    }
    await addHistory(ctx, tx, stored, entry.history?.(stored) ?? [], task.request);
    const events: JsonObject[] = [];
    if (entry.ended) events.push(stepEvent(flow, entry.ended.step, entry.ended.index, entry.total, 'end'));
    events.push(stepEvent(flow, step, index, entry.total, 'start'));
    for (const data of events) await tx.events.add({ kind: 'node.step', node_uuid: stored.uuid, node_name: stored.name, data });
    return stored;
  });
  task.apply(node);
}

/** Name under which a destructive step is spent. */
export function stepKey(flow: Flow, step: StepRecord, index: number): string {
  return `${flow.kind}:${index}:${stepName(step)}`;
}

/** Data of a `node.step` event. */
export function stepEvent(flow: Flow, step: StepRecord, index: number, total: number, phase: 'start' | 'end' | 'failed'): JsonObject {
  return { flow: flow.kind, step: stepName(step), interface: step.interface, index, total, phase };
}

export function spentBefore(node: Node, step: StepRecord): WroughtError {
  return new WroughtError(
    'DEPLOY_FAILURE',
    `Node ${node.uuid}: step ${stepName(step)} destroys data and was started before for the same request; how far it came is not known, so it is not run again. Look at the disks, then ask anew.`,
  );
}

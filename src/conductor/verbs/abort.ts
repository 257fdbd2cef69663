/**
 * abort: a person ends an operation that waits.
 *
 *     clean/deploy/service wait or hold ─┬─ current step may be aborted ──abort──▶ … failed ─ clear up (service: ──▶ active)
 *                                        ╰─ it may not ──▶ marked: ends after the step
 *     inspect wait ──driver.abort──▶ inspect failed          rescue wait ──▶ rescue failed ─ clear up
 *     service failed ──▶ active
 */
import { messageOf } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { cutText } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { abortFlow } from '../steps/abort-flow.ts';
import { currentStep, FLOWS, type Flow, flowOf, indexOf, stepPatch } from '../steps/flow.ts';
import { isReserved, stepName } from '../steps/step-record.ts';
import { changeState } from '../transition.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { type LongWork, startWork } from '../with-node.ts';
import { checkVerb, inMaintenance } from './check-verb.ts';
import { clearUpRescue } from './rescue.ts';

/** @throws as `checkVerb`; UNSUPPORTED_BY_DRIVER where the inspection cannot be aborted. */
export async function abort(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'provision action abort', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'abort');
    const { provision_state: state } = task.node;
    if (state === 'inspect wait') return abortInspection(ctx, task);
    if (state === 'rescue wait') return abortRescue(ctx, task);
    if (state === 'service failed') return abortFailedService(ctx, task);
    const flow = flowOf(state);
    return flow ? abortSteps(ctx, task, flow) : null;
  });
}

async function abortSteps(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<LongWork | null> {
  const step = currentStep(task.node, flow);
  if (step && !step.abortable && !isReserved(step.step) && task.node.provision_state === flow.waiting) {
    await task.mutate((node) => {
      const index = indexOf(node, flow);
      const list = node.driver_internal_info[flow.list];
      const marked = Array.isArray(list)
        ? list.map((item, at) => (at === index && isJsonObject(item) ? { ...item, abort_after: true } : item))
        : [];
      return {
        ...stepPatch(flow, { ...shownStep(node[flow.stepField]), abort_after: true }),
        driver_internal_info: merged(node.driver_internal_info, { [flow.list]: marked }),
      };
    });
    return null;
  }
  const name = step ? stepName(step) : null;
  await changeState(ctx, task, { event: 'abort', lastError: `By request, the ${flow.kind} operation is being aborted.` });
  return (working) => abortFlow(ctx, working, flow, name);
}

function shownStep(step: JsonObject): JsonObject {
  return isJsonObject(step) ? step : {};
}

async function abortInspection(ctx: ConductorContext, task: NodeTask): Promise<null> {
  try {
    await withDeadline(ctx, task, { what: 'abort of the inspection', seconds: 300 }, (t) => t.driver.inspect.abort(t));
  } catch (error) {
    await task.save({ last_error: cutText(ctx, `Failed to abort inspection: ${messageOf(error)}`) });
    throw error;
  }
  const text = 'Inspection was aborted by request.';
  await changeState(ctx, task, {
    event: 'abort',
    lastError: text,
    history: [{ severity: 'ERROR', type: 'introspection', text }],
    release: true,
  });
  return null;
}

async function abortRescue(ctx: ConductorContext, task: NodeTask): Promise<LongWork> {
  const text = 'By request, the rescue operation was aborted.';
  await changeState(ctx, task, { event: 'abort', lastError: text, history: [{ severity: 'ERROR', type: 'rescue', text }] });
  return (working) => clearUpRescue(ctx, working);
}

async function abortFailedService(ctx: ConductorContext, task: NodeTask): Promise<LongWork> {
  if (task.node.maintenance) throw inMaintenance(task.node, 'abort');
  return async (working) => {
    // Whatever servicing booted is taken away before the node counts as in use again.
    await withDeadline(ctx, working, callDeadline(ctx, 'clearing up after servicing'), (t) => t.driver.deploy.tearDownService(t));
    await abortFlow(ctx, working, FLOWS.service, null);
  };
}

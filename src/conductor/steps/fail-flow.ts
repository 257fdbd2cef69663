/**
 * A workflow has failed: fetch the ramdisk's logs while they can be had, make the machine safe, and leave for the failed state with the
 * reason. Clearing up is best effort: no error in it keeps the node from its failed state.
 */
import type { Fault, Node, NodePatch } from '../../model/node.ts';
import type { StepRecord } from '../../model/step.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import { bestEffort } from '../best-effort.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { cutText } from '../history-note.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { changeState } from '../transition.ts';
import { callDeadline } from '../with-deadline.ts';
import { stepEvent } from './enter-step.ts';
import { type Flow, indexOf, stepPatch, stepsOf, wipedFlow } from './flow.ts';
import { flowEnded } from './flow-history.ts';

export interface Failure {
  /** A step was running: the machine's state is unknown, so cleaning and servicing put the node into maintenance. */
  readonly stepRunning: boolean;
  readonly step: StepRecord | null;
  /** Also removes what `deploy.prepare` made: for failures before the first step and after silence. */
  readonly cleanUp?: boolean;
  /** The driver cannot be used (not enabled any more, or nobody may touch the machine): only the state is changed. */
  readonly handsOff?: boolean;
}

const FAULTS: Readonly<Record<'clean' | 'service', Fault>> = { clean: 'clean failure', service: 'service failure' };

/** @throws LEASE_LOST alone. */
export async function failFlow(ctx: ConductorContext, task: NodeTask, flow: Flow, message: string, failure: Failure): Promise<void> {
  if (!failure.handsOff) {
    await collectLogs(ctx, task, flow);
    await makeSafe(ctx, task, flow, failure);
  }
  const steps = stepsOf(task.node, flow);
  const index = indexOf(task.node, flow);
  const held = failure.stepRunning && flow.kind !== 'deploy' ? FAULTS[flow.kind] : null;
  await changeState(ctx, task, {
    event: 'fail',
    lastError: message,
    release: true,
    patch: (node) => ({
      ...stepPatch(flow, {}),
      ...(held ? intoMaintenance(ctx, node, held, message) : {}),
      driver_internal_info: merged(node.driver_internal_info, { ...wipedFlow(flow), ...forgottenAgentForGood() }),
    }),
    history: [
      { severity: 'ERROR', type: flow.historyType, text: message },
      ...(steps.length > 0 ? flowEnded(ctx, flow, task.node, steps, message) : []),
    ],
    ...(failure.step && index !== null ? { steps: [stepEvent(flow, failure.step, index, steps.length, 'failed')] } : {}),
    also: async (tx, node) => {
      if (held) {
        const data = { maintenance: true, reason: node.maintenance_reason, fault: node.fault };
        await tx.events.add({ kind: 'node.maintenance', node_uuid: node.uuid, node_name: node.name, data });
      }
      if (steps.some((step) => step.destroys_data)) await tx.spentSteps.forget(node.uuid);
    },
  });
}

/** An administrator's maintenance is never overwritten. */
function intoMaintenance(ctx: ConductorContext, node: Node, fault: Fault, reason: string): NodePatch {
  if (node.maintenance && node.fault === null) return {};
  return { maintenance: true, fault, maintenance_reason: node.maintenance_reason ?? cutText(ctx, reason) };
}

async function collectLogs(ctx: ConductorContext, task: NodeTask, flow: Flow): Promise<void> {
  if (ctx.config.string('agent', 'deploy_logs_collect') === 'never') return;
  if (typeof task.node.driver_internal_info.agent_url !== 'string') return;
  const label = { clean: 'cleaning', deploy: '', service: 'service' }[flow.kind];
  await bestEffort(ctx, task, { what: 'fetching the ramdisk logs', seconds: 120 }, async (t) =>
    t.driver.deploy.inBand?.collectLogs(t, label),
  );
}

async function makeSafe(ctx: ConductorContext, task: NodeTask, flow: Flow, failure: Failure): Promise<void> {
  if (flow.kind === 'deploy') {
    if (failure.cleanUp)
      await bestEffort(ctx, task, callDeadline(ctx, 'removing what the deployment prepared'), (t) => t.driver.deploy.cleanUp(t));
    if (ctx.config.boolean('deploy', 'power_off_after_deploy_failure')) await powerOff(ctx, task);
    return;
  }
  if (flow.kind === 'clean') {
    const booted = task.node.driver_internal_info.cleaning_disable_ramdisk !== true;
    if (booted) await bestEffort(ctx, task, callDeadline(ctx, 'clearing up after cleaning'), (t) => t.driver.deploy.tearDownCleaning(t));
    if (ctx.config.boolean('conductor', 'poweroff_in_cleanfail')) await powerOff(ctx, task);
    return;
  }
  if (ctx.config.boolean('conductor', 'poweroff_in_servicefail')) await powerOff(ctx, task);
}

async function powerOff(ctx: ConductorContext, task: NodeTask): Promise<void> {
  if (task.node.disable_power_off) return;
  await bestEffort(
    ctx,
    task,
    { what: 'powering off after the failure', seconds: ctx.config.integer('conductor', 'power_state_change_timeout') * 3 + 60 },
    (t) => t.power('power off'),
  );
}

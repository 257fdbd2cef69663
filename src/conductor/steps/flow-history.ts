import { isSecretKey } from '../../model/mask-secrets.ts';
import type { Node } from '../../model/node.ts';
import { MASK } from '../../model/secret.ts';
import type { StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { HistoryNote } from '../history-note.ts';
import type { Flow } from './flow.ts';
import { stepName } from './step-record.ts';

/** The peer's name of what runs: automated and manual cleaning are told apart by the target. */
function flowName(flow: Flow, node: Node): string {
  if (flow.kind === 'deploy') return 'deployment';
  if (flow.kind === 'service') return 'servicing';
  return node.target_provision_state === 'manageable' ? 'manual_cleaning' : 'automated_cleaning';
}

/** Row at the start of a list of steps; none where `[conductor]record_step_flows_in_history` is off. */
export function flowStarted(ctx: ConductorContext, flow: Flow, node: Node, steps: readonly StepRecord[]): HistoryNote[] {
  return note(ctx, flow, node, 'start', 'INFO', `${flowName(flow, node)} starts with steps: ${listText(steps)}`);
}

/** Row at the end. @param problem why it ended early; null when all steps are done. */
export function flowEnded(
  ctx: ConductorContext,
  flow: Flow,
  node: Node,
  steps: readonly StepRecord[],
  problem: string | null,
): HistoryNote[] {
  const text =
    problem === null ? `${flowName(flow, node)} done, steps: ${listText(steps)}` : `${flowName(flow, node)} ended early: ${problem}`;
  return note(ctx, flow, node, 'end', problem === null ? 'INFO' : 'ERROR', text);
}

function note(
  ctx: ConductorContext,
  flow: Flow,
  node: Node,
  which: 'start' | 'end',
  severity: 'INFO' | 'ERROR',
  text: string,
): HistoryNote[] {
  if (ctx.config.boolean('conductor', 'log_step_flows_to_syslog')) ctx.log.info({ node: node.uuid, flow: flowName(flow, node) }, text);
  if (!ctx.config.boolean('conductor', 'record_step_flows_in_history')) return [];
  return [{ severity, type: `${flowName(flow, node)}_${which}`, text }];
}

function listText(steps: readonly StepRecord[]): string {
  if (steps.length === 0) return 'none';
  return steps.map((step) => `${stepName(step)}(${argsText(step)})`).join(', ');
}

function argsText(step: StepRecord): string {
  return Object.entries(step.args)
    .map(([name, value]) => `${name}=${isSecretKey(name) ? MASK : JSON.stringify(value)?.slice(0, 100)}`)
    .join(', ');
}

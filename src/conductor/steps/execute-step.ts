import { WroughtError } from '../../model/errors.ts';
import type { StepRecord } from '../../model/step.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { addHistory } from '../history-note.ts';
import type { NodeTask } from '../node-task.ts';
import { withDeadline } from '../with-deadline.ts';
import { findDriverStep } from './available-steps.ts';
import type { Flow } from './flow.ts';
import { isReserved, stepName } from './step-record.ts';

/** `hold`: a person continues. */
export type Outcome = 'done' | 'wait' | 'hold';

/** Longest a request to the agent may take, retries included. */
const AGENT_CALL_SECONDS = 900;

/** Carries out one step that the cursor points at. @throws what the step throws, STEP_DEADLINE, LEASE_LOST. */
export async function executeStep(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord): Promise<Outcome> {
  if (isReserved(step.step)) return reservedStep(ctx, task, step);
  if (step.in_band) return inBandStep(ctx, task, flow, step);
  const code = findDriverStep(task, flow.kind, step);
  if (!code) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Node ${task.node.uuid}: interface ${task.driver[step.interface].name} does not offer ${flow.kind} step ${stepName(step)}.`,
    );
  }
  const limit = { what: `step ${stepName(step)}`, seconds: code.deadlineSeconds, hint: code.stallHint };
  const outcome: unknown = await withDeadline(ctx, task, limit, (narrowed) => code.run(narrowed, step.args));
  if (outcome === 'done' || outcome === 'wait') return outcome;
  throw new WroughtError('INTERNAL', `Step ${stepName(step)} returned invalid value ${JSON.stringify(outcome)}.`);
}

async function inBandStep(ctx: ConductorContext, task: NodeTask, flow: Flow, step: StepRecord): Promise<Outcome> {
  const { inBand } = task.driver.deploy;
  if (!inBand) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Node ${task.node.uuid}: step ${stepName(step)} runs in the ramdisk, but deploy interface ${task.driver.deploy.name} uses no agent.`,
    );
  }
  const limit = { what: `start of step ${stepName(step)} at the agent`, seconds: AGENT_CALL_SECONDS };
  await withDeadline(ctx, task, limit, (narrowed) => inBand.startStep(narrowed, flow.kind, step));
  return 'wait';
}

async function reservedStep(ctx: ConductorContext, task: NodeTask, step: StepRecord): Promise<Outcome> {
  switch (step.step) {
    case 'hold':
      return 'hold';
    case 'power_on':
      await task.power('power on');
      return 'done';
    case 'power_off':
      await task.power('power off');
      return 'done';
    case 'reboot':
      await task.power('rebooting');
      return 'done';
    default:
      return waitStep(ctx, task, step);
  }
}

/** With seconds: a pause, cut at `[conductor]max_conductor_wait_step_seconds`. Without: until the agent calls. */
async function waitStep(ctx: ConductorContext, task: NodeTask, step: StepRecord): Promise<Outcome> {
  const asked = step.args.seconds;
  if (asked === undefined || asked === null) return 'wait';
  const longest = ctx.config.integer('conductor', 'max_conductor_wait_step_seconds');
  const seconds = Math.max(0, Number(asked));
  if (seconds > longest) {
    const text = `wait step: ${seconds} s were asked for, ${longest} s are waited ([conductor]max_conductor_wait_step_seconds).`;
    await ctx.store.transaction((tx) => addHistory(ctx, tx, task.node, [{ severity: 'INFO', type: 'conductor', text }], task.request));
  }
  await ctx.clock.sleep(Math.min(seconds, longest) * 1000, task.signal);
  return 'done';
}

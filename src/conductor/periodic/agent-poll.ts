/**
 * The light poller: looks at commands that agents are running, so that progress is told and a step that has ended goes on at once
 * instead of at the agent's next call. One query a round; agents are asked side by side; nothing is written and no lease is taken while a
 * command runs.
 */
import { hasCode, messageOf } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { StepRecord } from '../../model/step.ts';
import { resumeByAgent } from '../agent/resume-by-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { NodeTask } from '../node-task.ts';
import { cachedInBandSteps } from '../steps/available-steps.ts';
import { currentStep, FLOWS, type Flow, flowOf } from '../steps/flow.ts';
import { isReserved, stepName } from '../steps/step-record.ts';
import { withDeadline } from '../with-deadline.ts';
import { inParallel } from './loop.ts';

const WAITING = Object.values(FLOWS).map((flow) => flow.waiting);
/** Longest one question may take; an agent that is slower is asked again next round. */
const QUESTION_SECONDS = 60;
/** Agents asked at a time: each is a TLS handshake, and a burst of them holds up the event loop. */
const AT_A_TIME = 16;

/** Progress told last, by node, so that only what moved is told. */
export type ToldProgress = Map<string, string>;

/** One round. */
export async function pollAgents(ctx: ConductorContext, told: ToldProgress, signal: AbortSignal): Promise<void> {
  const waiting = await ctx.store.nodes.scan({ provisionStates: WAITING, reserved: false, maintenance: false });
  const seen = new Set(waiting.map((node) => node.uuid));
  for (const uuid of told.keys()) if (!seen.has(uuid)) told.delete(uuid);
  const due = waiting.flatMap((node) => {
    const flow = flowOf(node.provision_state);
    const step = flow ? pollable(node, flow) : null;
    return flow && step && ctx.membership.isMine(node) ? [{ node, flow, step }] : [];
  });
  await inParallel(due, AT_A_TIME, ({ node, flow, step }) => pollOne(ctx, node, flow, step, told, signal));
}

/** The step that the agent has been given, or null when there is nothing to ask. */
function pollable(node: Node, flow: Flow): StepRecord | null {
  const info = node.driver_internal_info;
  if (typeof info.agent_url !== 'string' || info.agent_url === '') return null;
  if (info[flow.polling] === true || info[flow.reboot] === true || info[flow.skip] === false) return null;
  if (cachedInBandSteps(node, flow) === null) return null;
  const step = currentStep(node, flow);
  return step && !isReserved(step.step) ? step : null;
}

async function pollOne(
  ctx: ConductorContext,
  node: Node,
  flow: Flow,
  step: StepRecord,
  told: ToldProgress,
  signal: AbortSignal,
): Promise<void> {
  try {
    const task = await NodeTask.look(ctx, node, null, signal);
    const { inBand } = task.driver.deploy;
    if (!inBand) return;
    const status = await withDeadline(ctx, task, { what: `asking the agent about ${stepName(step)}`, seconds: QUESTION_SECONDS }, (t) =>
      inBand.pollStep(t, flow.kind, step),
    );
    if (status.status === 'running') await tellProgress(ctx, node, step, told, status.progress);
    else resumeByAgent(ctx, node, 'continue after agent command');
  } catch (error) {
    // Silence has its own deadline; an agent that is rebooting is no news.
    if (!hasCode(error, 'LEASE_LOST'))
      ctx.log.debug({ node: node.uuid, step: stepName(step), error: messageOf(error) }, 'the agent did not answer the poller');
  }
}

async function tellProgress(
  ctx: ConductorContext,
  node: Node,
  step: StepRecord,
  told: ToldProgress,
  progress: { readonly done: number; readonly total: number } | undefined,
): Promise<void> {
  if (!progress || progress.total <= 0) return;
  const percent = Math.floor((progress.done / progress.total) * 100);
  const news = `${stepName(step)} ${percent}`;
  if (told.get(node.uuid) === news) return;
  told.set(node.uuid, news);
  const data = { step: stepName(step), done: progress.done, total: progress.total, percent };
  await ctx.store.transaction((tx) => tx.events.add({ kind: 'node.progress', node_uuid: node.uuid, node_name: node.name, data }));
}

import type { InBand } from '../../drivers/driver.ts';
import { hasCode } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { NodeTask } from '../node-task.ts';
import { withDeadline } from '../with-deadline.ts';
import { cachedInBandSteps } from './available-steps.ts';
import type { Flow } from './flow.ts';
import { argsinfoJson } from './step-record.ts';

/** Longest a question to the agent may take, retries included. */
export const AGENT_QUESTION_SECONDS = 600;

/** Asks the agent for its steps and keeps them on the node. False when the agent is busy: its next call will do. */
export async function learnSteps(ctx: ConductorContext, task: NodeTask, flow: Flow, inBand: InBand): Promise<boolean> {
  try {
    await withDeadline(ctx, task, { what: 'asking the agent for its steps', seconds: AGENT_QUESTION_SECONDS }, async (t) => {
      const steps = await inBand.getSteps(t, flow.kind);
      // The driver stores them; where it has not, they are stored here, so that the agent is asked once a boot.
      if (cachedInBandSteps(t.node, flow) === null) {
        await t.saveInternal({
          [flow.cached]: steps.map((spec) => ({ ...spec, argsinfo: spec.argsinfo === null ? null : argsinfoJson(spec.argsinfo) })),
          [flow.refreshed]: new Date(ctx.clock.now()).toISOString(),
        });
      }
    });
    return true;
  } catch (error) {
    if (hasCode(error, 'AGENT_IN_PROGRESS')) return false;
    throw error;
  }
}

/** True when an agent has called in this boot and has not been asked for its steps. */
export function stepsUnasked(task: NodeTask, flow: Flow): InBand | null {
  const url = task.node.driver_internal_info.agent_url;
  if (typeof url !== 'string' || url === '' || cachedInBandSteps(task.node, flow) !== null) return null;
  return task.driver.deploy.inBand ?? null;
}

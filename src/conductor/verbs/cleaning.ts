/**
 * Cleaning, from `provide`, from `clean` and at the end of a tear down. Automated cleaning has target available, manual cleaning has
 * target manageable.
 *
 *     cleaning ─┬─ automated and switched off ──▶ done
 *               ├─ no step needs the ramdisk ──▶ run the list
 *               ╰─ boot the ramdisk ─┬─ up already ──▶ run the list
 *                                    ╰─ clean wait ─(first call of the agent)─▶ compose, run the list
 *     all steps done ──▶ available / manageable          any error ──▶ clean failed
 */
import { randomUUID } from 'node:crypto';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Node, NodePatch } from '../../model/node.ts';
import { forgottenAgent } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestedStep } from '../conductor-service.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { startList } from '../steps/compose-flow.ts';
import { requestedSteps } from '../steps/compose-steps.ts';
import { failFlow } from '../steps/fail-flow.ts';
import { cleanedEvent } from '../steps/finish-flow.ts';
import { FLOWS, RAMDISK_KEY, REQUEST_KEY, REQUESTED_KEY, wipedFlow } from '../steps/flow.ts';
import { requestedJson, requestedOf, withoutDenied } from '../steps/user-steps.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss } from '../with-node.ts';
import { cleaningRunbook } from './cleaning-runbook.ts';

/** What is written with the state when cleaning starts. */
export function cleanPatch(
  node: Node,
  wish: { manual: false } | { manual: true; steps: readonly RequestedStep[]; disableRamdisk: boolean; needsRamdisk: boolean },
): NodePatch {
  return {
    clean_step: {},
    driver_internal_info: merged(node.driver_internal_info, {
      ...wipedFlow(FLOWS.clean),
      ...forgottenAgent(node.driver_internal_info),
      [REQUEST_KEY]: randomUUID(),
      [RAMDISK_KEY]: wish.manual ? wish.needsRamdisk : true,
      ...(wish.manual ? { [REQUESTED_KEY]: requestedJson(wish.steps) } : {}),
      ...(wish.manual && !wish.needsRamdisk ? { cleaning_disable_ramdisk: true } : {}),
    }),
  };
}

/** Keeps the steps of the operator's runbook on the node, where there is one, and whether they need the ramdisk. */
async function takeRunbook(ctx: ConductorContext, task: NodeTask): Promise<void> {
  const runbook = await cleaningRunbook(ctx, task.node);
  if (!runbook) return;
  const steps = withoutDenied(ctx.config, 'clean', requestedOf(runbook.steps));
  const checked = requestedSteps(task, 'clean', steps, null, runbook.disable_ramdisk);
  const ramdisk = !runbook.disable_ramdisk && (checked.unknown.length > 0 || checked.steps.some((step) => step.requires_ramdisk));
  task.log.info({ node: task.node.uuid, runbook: runbook.name, ramdisk }, 'automated cleaning by a runbook');
  await task.saveInternal({
    [REQUESTED_KEY]: requestedJson(steps),
    [RAMDISK_KEY]: ramdisk,
    cleaning_disable_ramdisk: ramdisk ? undefined : true,
  });
}

/** Works a node in `cleaning` to its end or to its first wait. @throws LEASE_LOST alone. */
export async function runCleaning(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    const automated = task.node.target_provision_state !== 'manageable';
    if (automated && !wanted(ctx, task)) {
      await changeState(ctx, task, {
        event: cleanedEvent(task),
        lastError: null,
        release: true,
        patch: (node) => ({ clean_step: {}, driver_internal_info: merged(node.driver_internal_info, wipedFlow(FLOWS.clean)) }),
      });
      return;
    }
    await prepare(ctx, task, automated);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await failFlow(ctx, task, FLOWS.clean, `Node ${task.node.uuid}: cleaning failed: ${messageOf(error)}`, {
      stepRunning: false,
      step: null,
    });
  }
}

/** Whether automated cleaning is done at all: the node's word, else the operator's. */
export function cleaningWanted(ctx: ConductorContext, node: Node): boolean {
  return node.automated_clean ?? ctx.config.boolean('conductor', 'automated_clean');
}

function wanted(ctx: ConductorContext, task: NodeTask): boolean {
  const result = cleaningWanted(ctx, task.node);
  if (!result)
    task.log.info(
      {
        node: task.node.uuid,
        decidedBy: task.node.automated_clean === null ? '[conductor]automated_clean' : 'the node',
      },
      'automated cleaning is off',
    );
  return result;
}

async function prepare(ctx: ConductorContext, task: NodeTask, automated: boolean): Promise<void> {
  if (task.node.maintenance && !ctx.config.boolean('conductor', 'allow_provisioning_in_maintenance')) {
    throw new WroughtError('NODE_IN_MAINTENANCE', 'Cleaning a node in maintenance mode is not allowed');
  }
  if (automated) await takeRunbook(ctx, task);
  const ramdisk = task.node.driver_internal_info[RAMDISK_KEY] === true;
  await validateInterfaces(ctx, task, ramdisk ? ['power', 'network'] : ['power']);
  if (ramdisk) {
    const outcome = await withDeadline(ctx, task, callDeadline(ctx, 'booting the ramdisk for cleaning'), (t) =>
      t.driver.deploy.prepareCleaning(t),
    );
    if (outcome === 'wait') {
      await changeState(ctx, task, { event: 'wait', release: true });
      return;
    }
  }
  await startList(ctx, task, FLOWS.clean);
}

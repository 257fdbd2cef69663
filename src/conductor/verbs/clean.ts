/**
 * clean: the operator's own list of clean steps.
 *
 *     manageable ──clean──▶ cleaning (target manageable) ─(see cleaning.ts)─▶ manageable
 */
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { ProvisionRequest, RequestContext } from '../conductor-service.ts';
import { checkLimit } from '../limits.ts';
import type { NodeTask } from '../node-task.ts';
import { requestedSteps } from '../steps/compose-steps.ts';
import { checkDenyList } from '../steps/user-steps.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';
import { cleanPatch, runCleaning } from './cleaning.ts';

/** @throws as `checkVerb`; INVALID_PARAMETER, STEP_NOT_ALLOWED, CONCURRENT_ACTION_LIMIT. */
export async function clean(ctx: ConductorContext, request: RequestContext, uuid: string, body: ProvisionRequest): Promise<void> {
  await checkLimit(ctx, 'cleaning');
  await startWork(ctx, { uuid, purpose: 'node manual cleaning', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'clean');
    const steps = body.cleanSteps ?? [];
    if (steps.length === 0) throw new WroughtError('INVALID_PARAMETER', `Node ${uuid}: clean needs clean_steps with at least one step.`);
    const disableRamdisk = body.disableRamdisk === true;
    await validate(ctx, task, disableRamdisk);
    checkDenyList(ctx.config, 'clean', steps);
    const checked = requestedSteps(task, 'clean', steps, null, disableRamdisk);
    const needsRamdisk = !disableRamdisk && (checked.unknown.length > 0 || checked.steps.some((step) => step.requires_ramdisk));
    await changeState(ctx, task, {
      event: 'clean',
      target: 'manageable',
      lastError: null,
      patch: (node) => cleanPatch(node, { manual: true, steps, disableRamdisk, needsRamdisk }),
    });
    return (working) => runCleaning(ctx, working);
  });
}

async function validate(ctx: ConductorContext, task: NodeTask, disableRamdisk: boolean): Promise<void> {
  try {
    await validateInterfaces(ctx, task, disableRamdisk ? ['power'] : ['power', 'network']);
  } catch (error) {
    throw new WroughtError('INVALID_PARAMETER', `Validation of node ${task.node.uuid} for cleaning failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

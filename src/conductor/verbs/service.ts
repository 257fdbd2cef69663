/**
 * service: steps on a machine in use.
 *
 *     active, service failed, service hold ──service──▶ servicing ─┬─ no step needs the ramdisk ──▶ run the list
 *                                                                  ╰─ boot the ramdisk ──▶ service wait ─(agent)─▶ run the list
 *     all steps done ──▶ active          any error ──▶ service failed
 */
import { randomUUID } from 'node:crypto';
import { messageOf, WroughtError } from '../../model/errors.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { ProvisionRequest, RequestContext } from '../conductor-service.ts';
import { checkLimit } from '../limits.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { refreshCaches } from '../refresh-caches.ts';
import { startList } from '../steps/compose-flow.ts';
import { requestedSteps } from '../steps/compose-steps.ts';
import { failFlow } from '../steps/fail-flow.ts';
import { FLOWS, RAMDISK_KEY, REQUEST_KEY, REQUESTED_KEY, wipedFlow } from '../steps/flow.ts';
import { checkDenyList, requestedJson } from '../steps/user-steps.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';

/** @throws as `checkVerb`; INVALID_PARAMETER, STEP_NOT_ALLOWED, CONCURRENT_ACTION_LIMIT. */
export async function service(ctx: ConductorContext, request: RequestContext, uuid: string, body: ProvisionRequest): Promise<void> {
  await checkLimit(ctx, 'servicing');
  await startWork(ctx, { uuid, purpose: 'node service', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, 'service');
    const steps = body.serviceSteps ?? [];
    if (steps.length === 0)
      throw new WroughtError('INVALID_PARAMETER', `Node ${uuid}: service needs service_steps with at least one step.`);
    const disableRamdisk = body.disableRamdisk === true;
    try {
      await validateInterfaces(ctx, task, disableRamdisk ? ['power'] : ['power', 'network']);
    } catch (error) {
      throw new WroughtError('INVALID_PARAMETER', `Validation of node ${uuid} for service failed: ${messageOf(error)}`, { cause: error });
    }
    checkDenyList(ctx.config, 'service', steps);
    const checked = requestedSteps(task, 'service', steps, null, disableRamdisk);
    const needsRamdisk = !disableRamdisk && (checked.unknown.length > 0 || checked.steps.some((step) => step.requires_ramdisk));
    await changeState(ctx, task, {
      event: 'service',
      lastError: null,
      patch: (node) => ({
        service_step: {},
        driver_internal_info: merged(node.driver_internal_info, {
          ...wipedFlow(FLOWS.service),
          ...forgottenAgentForGood(),
          [REQUEST_KEY]: randomUUID(),
          [REQUESTED_KEY]: requestedJson(steps),
          [RAMDISK_KEY]: needsRamdisk,
          ...(disableRamdisk ? { service_disable_ramdisk: true } : {}),
        }),
      }),
    });
    return (working) => runService(ctx, working);
  });
}

/** Works a node in `servicing` from its start. @throws LEASE_LOST alone. */
export async function runService(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    await refreshCaches(ctx, task);
    if (task.node.driver_internal_info[RAMDISK_KEY] === true) {
      const outcome = await withDeadline(ctx, task, callDeadline(ctx, 'booting the ramdisk for servicing'), (t) =>
        t.driver.deploy.prepareService(t),
      );
      if (outcome === 'wait') {
        await changeState(ctx, task, { event: 'wait', release: true });
        return;
      }
    }
    await startList(ctx, task, FLOWS.service);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await failFlow(ctx, task, FLOWS.service, `Node ${task.node.uuid}: servicing failed: ${messageOf(error)}`, {
      stepRunning: false,
      step: null,
    });
  }
}

import { WroughtError } from '../../model/errors.ts';
import type { PowerTarget } from '../../model/node.ts';
import { POWER_CHANGE_REFUSED } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { withDeadline } from '../with-deadline.ts';
import { startWork } from '../with-node.ts';
import { powerAction } from './power-action.ts';
import { stateAimedAt } from './power-target.ts';

/** A client's wish to change the power; resolves when it is accepted. @throws INVALID_STATE_REQUESTED, UNSUPPORTED_BY_DRIVER, CONFLICT … */
export async function changePower(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  target: PowerTarget,
  timeoutSeconds: number | null,
): Promise<void> {
  await startWork(ctx, { uuid, purpose: 'changing node power state', request, lane: 'api' }, async (task) => {
    const { node } = task;
    if (POWER_CHANGE_REFUSED.has(node.provision_state)) {
      throw new WroughtError(
        'INVALID_STATE_REQUESTED',
        `The requested action "${target}" can not be performed on node "${uuid}" while it is in state "${node.provision_state}".`,
      );
    }
    if (stateAimedAt(target) === 'power off' && node.disable_power_off) {
      throw new WroughtError('CONFLICT', `Node ${uuid}: "${target}" was asked for, but disable_power_off is set on the node.`);
    }
    await withDeadline(ctx, task, { what: 'validation of the power interface', seconds: 60 }, (narrowed) =>
      task.driver.power.validate(narrowed),
    );
    if (!task.driver.power.supportedPowerStates.includes(target)) {
      throw new WroughtError(
        'UNSUPPORTED_BY_DRIVER',
        `Node ${uuid}: power interface ${task.driver.power.name} does not support "${target}"; it supports ${task.driver.power.supportedPowerStates.join(', ')}.`,
      );
    }
    await task.save({ target_power_state: stateAimedAt(target), last_error: null });
    return async () => {
      // The failure stands on the node and in its history.
      await powerAction(ctx, task, target, timeoutSeconds).catch((error: unknown) =>
        task.log.warn({ node: uuid, target, error }, 'power request failed'),
      );
    };
  });
}

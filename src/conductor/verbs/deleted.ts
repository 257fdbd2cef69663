/**
 * deleted (alias undeploy): the instance goes, the machine is cleaned and offered again.
 *
 *     active, error, wait call-back, … ──delete──▶ deleting ─┬─ torn down ──▶ cleaning ─(cleaning.ts)─▶ available
 *                                                            ╰─ error ──▶ error
 *
 * Tear down may be repeated: after a crash it runs again from its start. What the instance leaves on the node (instance_info, VIFs, …)
 * goes in every case.
 */
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node, NodePatch } from '../../model/node.ts';
import { TEAR_DOWN_RUNS_RESCUE_CLEAN_UP } from '../../model/state-sets.ts';
import type { Repositories } from '../../store/store.ts';
import { forgottenAgentForGood } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { checkLimit } from '../limits.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { FLOWS, RECOVERIES_KEY, wipedFlow } from '../steps/flow.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';
import { cleanPatch, runCleaning } from './cleaning.ts';

/** Set while a tear down has to clear up a rescue first; survives a crash. */
const FROM_RESCUE_KEY = 'wrought_teardown_from_rescue';

/** @throws as `checkVerb`; CONCURRENT_ACTION_LIMIT, DEPLOY_FAILURE (400) when the power interface is not usable. */
export async function deleted(ctx: ConductorContext, request: RequestContext, uuid: string, verb: string): Promise<void> {
  await checkLimit(ctx, 'unprovisioning');
  await startWork(ctx, { uuid, purpose: 'node tear down', request, lane: 'api' }, async (task) => {
    checkVerb(task.node, verb);
    try {
      await validateInterfaces(ctx, task, ['power']);
    } catch (error) {
      throw new WroughtError('DEPLOY_FAILURE', `Failed to validate power driver interface. Can not delete instance: ${messageOf(error)}`, {
        cause: error,
        status: 400,
      });
    }
    await changeState(ctx, task, {
      event: 'delete',
      lastError: null,
      patch: (node) => ({
        deploy_step: {},
        service_step: {},
        driver_internal_info: merged(node.driver_internal_info, {
          agent_url: undefined,
          [RECOVERIES_KEY]: undefined,
          [FROM_RESCUE_KEY]: TEAR_DOWN_RUNS_RESCUE_CLEAN_UP.has(node.provision_state) ? true : undefined,
        }),
      }),
    });
    return (working) => tearDown(ctx, working);
  });
}

/** Works a node in `deleting` to `cleaning` and on. @throws LEASE_LOST alone. */
export async function tearDown(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    await withDeadline(ctx, task, callDeadline(ctx, 'tear down'), (t) => driverTearDown(t));
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    const text = `Failed to tear down: ${messageOf(error)}`;
    await changeState(ctx, task, {
      event: 'fail',
      lastError: text,
      patch: (node) => withoutInstance(node),
      history: [{ severity: 'ERROR', type: 'unprovision', text }],
      also: async (tx, node) => removeInstance(tx, node),
      release: true,
    });
    return;
  }
  await changeState(ctx, task, {
    event: 'clean',
    patch: (node) => {
      const bare = { ...node, ...withoutInstance(node) };
      return { ...withoutInstance(node), ...cleanPatch(bare, { manual: false }) };
    },
    also: async (tx, node) => removeInstance(tx, node),
  });
  await runCleaning(ctx, task);
}

async function driverTearDown(task: NodeTask): Promise<void> {
  if (task.node.driver_internal_info[FROM_RESCUE_KEY] === true) await task.driver.rescue.cleanUp(task);
  // The flag stays, so that the next deployment starts the console again.
  if (task.node.console_enabled) await task.driver.console.stop(task);
  await task.driver.deploy.cleanUp(task);
  await task.driver.deploy.tearDown(task);
}

/** The node as its instance leaves it. */
function withoutInstance(node: Node): NodePatch {
  const internal = node.driver_internal_info;
  return {
    instance_info: {},
    instance_uuid: null,
    instance_name: null,
    allocation_uuid: null,
    ...(internal.automatic_lessee === true ? { lessee: null } : {}),
    driver_internal_info: merged(internal, {
      ...wipedFlow(FLOWS.deploy),
      ...wipedFlow(FLOWS.service),
      ...forgottenAgentForGood(),
      is_whole_disk_image: undefined,
      is_source_a_path: undefined,
      root_uuid_or_disk_id: undefined,
      deploy_boot_mode: undefined,
      instance: undefined,
      automatic_lessee: undefined,
      [FROM_RESCUE_KEY]: undefined,
    }),
  };
}

/** Tenant networks are taken off the ports; what the node was allocated for ends, and so do the instance's volumes. */
async function removeInstance(tx: Repositories, node: Node): Promise<void> {
  await tx.allocations.deleteOfNode(node.uuid);
  await tx.volumeTargets.deleteOfNode(node.uuid);
  for (const port of await tx.ports.ofNode(node.uuid)) {
    if (port.internal_info.tenant_vif_port_id === undefined) continue;
    const internal: JsonObject = { ...port.internal_info };
    delete internal.tenant_vif_port_id;
    await tx.ports.update(port.uuid, { internal_info: internal });
  }
}

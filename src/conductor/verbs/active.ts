/**
 * active (alias deploy) and rebuild: the instance's image onto the machine.
 *
 *     available, deploy failed ──deploy──▶ deploying ──prepare──▶ steps by priority ─┬─ wait call-back ⇄ deploying
 *     active, error, deploy failed ──rebuild──╯                                      ├─ all done ──▶ active
 *                                                                                    ╰─ any error ──▶ deploy failed
 */
import { randomUUID } from 'node:crypto';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Node, NodePatch } from '../../model/node.ts';
import { forgottenAgent } from '../agent/forget-agent.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { ProvisionRequest, RequestContext, RequestedStep } from '../conductor-service.ts';
import { checkLimit } from '../limits.ts';
import { merged, type NodeTask } from '../node-task.ts';
import { startList } from '../steps/compose-flow.ts';
import { deploySteps } from '../steps/compose-steps.ts';
import { failFlow } from '../steps/fail-flow.ts';
import { FLOWS, objectAt, RAMDISK_KEY, REQUEST_KEY, TEMPLATE_STEPS_KEY, wipedFlow } from '../steps/flow.ts';
import { templateSteps } from '../steps/template-steps.ts';
import { checkDenyList, requestedJson } from '../steps/user-steps.ts';
import { changeState } from '../transition.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { checkVerb } from './check-verb.ts';
import { configDriveText } from './config-drive-text.ts';

/** @throws as `checkVerb`; CONCURRENT_ACTION_LIMIT, STEP_NOT_ALLOWED, DEPLOY_FAILURE with the status of the validation error. */
export async function active(ctx: ConductorContext, request: RequestContext, uuid: string, body: ProvisionRequest): Promise<void> {
  await checkLimit(ctx, 'provisioning');
  await startWork(ctx, { uuid, purpose: 'node deployment', request, lane: 'api' }, async (task) => {
    const event = body.verb === 'rebuild' ? 'rebuild' : 'deploy';
    checkVerb(task.node, body.verb);
    checkBootMode(ctx, task.node);
    const steps = body.deploySteps ?? [];
    checkDenyList(ctx.config, 'deploy', steps);
    let templates: RequestedStep[] = [];
    await validate(ctx, task, async () => {
      templates = await templateSteps(ctx, task.node, steps);
      return [...steps, ...templates];
    });
    const configdrive = await configDriveText(task.node, body.configdrive);
    await changeState(ctx, task, {
      event,
      lastError: null,
      patch: (node) => deployPatch(ctx, node, { steps, templates, configdrive, rebuild: event === 'rebuild', request }),
    });
    return (working) => deploy(ctx, working);
  });
}

/** Works a node in `deploying` from its start to its end or its first wait. @throws LEASE_LOST alone. */
export async function deploy(ctx: ConductorContext, task: NodeTask): Promise<void> {
  try {
    await withDeadline(ctx, task, callDeadline(ctx, 'preparing the deployment'), (t) => t.driver.deploy.prepare(t));
    await startList(ctx, task, FLOWS.deploy);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    const text = `Failed to prepare to deploy: ${messageOf(error)}`;
    await failFlow(ctx, task, FLOWS.deploy, text, { stepRunning: false, step: null, cleanUp: true });
  }
}

function checkBootMode(ctx: ConductorContext, node: Node): void {
  const mode = node.properties.boot_mode;
  if (typeof mode !== 'string' || !ctx.config.list('conductor', 'disallowed_deployment_boot_modes').includes(mode)) return;
  throw new WroughtError(
    'INVALID_PARAMETER',
    `Node ${node.uuid}: boot mode ${mode} of properties.boot_mode may not be deployed: [conductor]disallowed_deployment_boot_modes lists it.`,
  );
}

async function validate(ctx: ConductorContext, task: NodeTask, steps: () => Promise<RequestedStep[]>): Promise<void> {
  try {
    await validateInterfaces(ctx, task, ['power', 'deploy']);
    checkTraits(task.node);
    // In-band steps are not known yet; what is asked of them is looked at again when the agent has called.
    deploySteps(ctx.config, task, await steps(), null);
  } catch (error) {
    const text = `Failed to validate deploy or power info for node ${task.node.uuid}: ${messageOf(error)}`;
    throw new WroughtError('DEPLOY_FAILURE', text, { cause: error, ...(error instanceof WroughtError ? { status: error.status } : {}) });
  }
}

/** The instance may ask only for traits that the node has. @throws INVALID_PARAMETER. */
export function checkTraits(node: Node): void {
  const wanted = node.instance_info.traits;
  if (wanted === undefined || wanted === null) return;
  if (!Array.isArray(wanted) || !wanted.every((trait) => typeof trait === 'string')) {
    throw new WroughtError('INVALID_PARAMETER', `Node ${node.uuid}: instance_info.traits must be a list of texts.`);
  }
  const missing = wanted.filter((trait) => !node.traits.some((own) => own === trait));
  if (missing.length > 0) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Node ${node.uuid}: the instance asks for traits that the node does not have: ${missing.join(', ')}.`,
    );
  }
}

interface DeployWish {
  readonly steps: readonly RequestedStep[];
  /** Of the deploy templates; kept as they are now, so that one edited meanwhile does not change a deployment that runs. */
  readonly templates: readonly RequestedStep[];
  readonly configdrive: string | null;
  readonly rebuild: boolean;
  readonly request: RequestContext;
}

/** What is written with the state when a deployment starts. */
function deployPatch(ctx: ConductorContext, node: Node, wish: DeployWish): NodePatch {
  const info = { ...node.instance_info };
  if (wish.configdrive !== null) info.configdrive = wish.configdrive;
  const wholeDisk = info.kernel === undefined && info.ramdisk === undefined && info.image_type !== 'partition';
  if (info.image_source !== undefined && info.image_type === undefined) info.image_type = wholeDisk ? 'whole-disk' : 'partition';
  const lessee = automaticLessee(ctx, node, wish.request);
  return {
    deploy_step: {},
    instance_info: info,
    conductor_affinity: ctx.hostname,
    ...(lessee === null ? {} : { lessee }),
    driver_internal_info: merged(node.driver_internal_info, {
      ...wipedFlow(FLOWS.deploy),
      ...forgottenAgent(node.driver_internal_info),
      ...(info.image_source === undefined ? {} : { is_whole_disk_image: wholeDisk }),
      ...(lessee === null ? {} : { automatic_lessee: true }),
      user_deploy_steps: wish.steps.length > 0 ? requestedJson(wish.steps) : undefined,
      [TEMPLATE_STEPS_KEY]: wish.templates.length > 0 ? requestedJson(wish.templates) : undefined,
      [REQUEST_KEY]: randomUUID(),
      [RAMDISK_KEY]: true,
    }),
  };
}

/** The project that a deployment makes the lessee, where there is none and the operator wants one. */
function automaticLessee(ctx: ConductorContext, node: Node, request: RequestContext): string | null {
  if (node.lessee !== null || !ctx.config.boolean('conductor', 'automatic_lessee')) return null;
  const source = ctx.config.string('conductor', 'automatic_lessee_source');
  if (source === 'request') return request.project;
  const project = source === 'instance' ? objectAt({ info: node.instance_info }, 'info').project_id : undefined;
  return typeof project === 'string' && project !== '' ? project : null;
}

import type { ProvisionRequest } from '../../../conductor/conductor-service.ts';
import { WroughtError } from '../../../model/errors.ts';
import type { Node } from '../../../model/node.ts';
import { type Runbook, runbookFits } from '../../../model/runbook.ts';
import { findTransition } from '../../../model/states.ts';
import { findVerb } from '../../../model/verbs.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { invalid, newerVersionNeeded } from '../../http/error-replies.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { accepted, type Reply } from '../../http/reply.ts';
import { findRunbook } from '../runbooks/find-runbook.ts';
import { TRAITS_SINCE } from '../runbooks/runbook-fields.ts';
import { statesUrl } from './change-power.ts';
import { parseConfigDrive } from './config-drive.ts';
import { parseSteps, type StepList, wantsChildren } from './requested-steps.ts';
import { nodeOfPath } from './resolve-node.ts';

/** Arguments of `PUT states/provision`. `runbook` and the steps are looked at with the verb. */
export const PROVISION_ARGUMENTS = {
  target: { type: 'string', required: true },
  configdrive: { type: 'json' },
  clean_steps: { type: 'json' },
  deploy_steps: { type: 'json' },
  service_steps: { type: 'json' },
  rescue_password: { type: 'string' },
  disable_ramdisk: { type: 'boolean' },
  runbook: { type: 'string' },
} as const satisfies Parameters;

type Arguments = Values<typeof PROVISION_ARGUMENTS>;

/** Verbs whose version is looked at before the state; those of `unhold` and `service` come after it, `undeploy` is in every version. */
const GATED_LATE = new Set(['unhold', 'service']);
const UNGATED = new Set(['undeploy']);
/** Aborting a state needs a newer version than the verb. */
const ABORT_SINCE: Readonly<Record<string, number>> = { 'inspect wait': 41, 'wait call-back': 110 };
const REBUILD_CONFIG_DRIVE_SINCE = 35;
const DEPLOY_STEPS_SINCE = 69;
const RUNBOOK_SINCE = 92;
const DISABLE_RAMDISK_SINCE: Readonly<Record<string, number>> = { clean: 70, service: 108 };
/** Which verb takes which list of steps, and must have it. */
const STEPS_OF: Readonly<Record<string, StepList>> = { clean: 'clean_steps', service: 'service_steps' };
const DEPLOYS = new Set(['active', 'deploy', 'rebuild']);

/** `PUT /v1/nodes/{node}/states/provision`. The order of checks is the contract's: the first that fails answers. */
export async function provisionNode(request: ApiRequest, args: Arguments, dependencies: ApiDependencies): Promise<Reply> {
  const node = await nodeOfPath(dependencies.store, request);
  const { target } = args;
  const { minor } = request;
  checkVerbVersion(target, minor, false);
  checkDisallowedSteps(args, dependencies);
  if (node.maintenance && (target === 'active' || target === 'rebuild')) {
    throw new WroughtError(
      'NODE_IN_MAINTENANCE',
      `The provisioning operation can't be performed on node ${node.uuid} because it's in maintenance mode.`,
    );
  }
  checkState(node, target);
  const configdrive = checkConfigDrive(args, minor);
  const runbook = await checkRunbook(args, node, minor, dependencies);
  checkDisableRamdisk(args, minor);
  const steps = checkSteps(args, node, minor, runbook);
  const provision: ProvisionRequest = { verb: target, ...steps };
  if (configdrive !== undefined) provision.configdrive = configdrive;
  if (target === 'rescue') provision.rescuePassword = rescuePassword(args);
  if (args.disable_ramdisk !== undefined) provision.disableRamdisk = args.disable_ramdisk;
  // The runbook's own word counts, whatever the request says.
  if (runbook) provision.disableRamdisk = runbook.disable_ramdisk;
  await dependencies.conductor.provision(request.context, node.uuid, provision);
  return accepted(statesUrl(request));
}

function checkVerbVersion(target: string, minor: number, late: boolean): void {
  const verb = findVerb(target);
  if (verb && !UNGATED.has(target) && GATED_LATE.has(target) === late && minor < verb.minVersion) {
    throw newerVersionNeeded(`The provision target ${target}`, verb.minVersion);
  }
}

/** @throws STEP_NOT_ALLOWED for steps on the operator's deny list. */
function checkDisallowedSteps(args: Arguments, { config }: ApiDependencies): void {
  for (const list of ['clean_steps', 'deploy_steps', 'service_steps'] as const) {
    const steps = args[list];
    if (!Array.isArray(steps)) continue;
    const denied = new Set(config.list('api', `disallow_${list}`));
    for (const step of steps) {
      if (typeof step !== 'object' || step === null || Array.isArray(step)) continue;
      const name = `${String(step.interface)}.${String(step.step)}`;
      if (denied.has(name))
        throw new WroughtError('STEP_NOT_ALLOWED', `The step ${name} is not allowed in ${list} ([api]disallow_${list})`);
    }
  }
}

/** The verb must be possible now; a held node is busy rather than wrong. @throws NODE_LOCKED, INVALID_STATE_REQUESTED. */
function checkState(node: Node, target: string): void {
  const verb = findVerb(target);
  if (verb?.allowedFrom.includes(node.provision_state) && findTransition(node.provision_state, verb.event)) return;
  if (node.reservation !== null) {
    throw new WroughtError(
      'NODE_LOCKED',
      `Node ${node.uuid} is locked by host ${node.reservation}, please retry after the current operation is completed.`,
    );
  }
  throw new WroughtError(
    'INVALID_STATE_REQUESTED',
    `The requested action "${target.slice(0, 100)}" can not be performed on node "${node.uuid}" while it is in state "${node.provision_state}".`,
  );
}

function checkConfigDrive(args: Arguments, minor: number): ProvisionRequest['configdrive'] {
  if (args.configdrive === undefined) return undefined;
  const drive = parseConfigDrive(args.configdrive, minor);
  if (drive === undefined) return undefined;
  if (!DEPLOYS.has(args.target)) throw invalid(`configdrive cannot be given with target ${args.target.slice(0, 100)}`);
  if (args.target === 'rebuild' && minor < REBUILD_CONFIG_DRIVE_SINCE) {
    throw invalid(`configdrive with target rebuild needs API version 1.${REBUILD_CONFIG_DRIVE_SINCE} or later`);
  }
  return drive;
}

/** The runbook that stands in for steps. @throws NOT_FOUND; INVALID_PARAMETER (target, steps beside it, not meant for the node). */
async function checkRunbook(args: Arguments, node: Node, minor: number, { store }: ApiDependencies): Promise<Runbook | undefined> {
  if (args.runbook === undefined) return undefined;
  if (minor < RUNBOOK_SINCE) throw newerVersionNeeded('Parameter runbook', RUNBOOK_SINCE);
  const runbook = await findRunbook(store, args.runbook);
  if (STEPS_OF[args.target] === undefined) throw invalid(`runbook cannot be given with target ${args.target}`);
  if (args.clean_steps !== undefined || args.service_steps !== undefined) throw invalid('runbook and explicit steps exclude each other');
  if (!runbookFits(runbook, node.traits, minor < TRAITS_SINCE)) {
    const wanted = minor < TRAITS_SINCE ? `the trait ${runbook.name}` : `one of its traits (${runbook.traits.join(', ') || 'it has none'})`;
    throw invalid(`Runbook ${runbook.name} is not meant for node ${node.uuid}, which lacks ${wanted}`);
  }
  return runbook;
}

function checkDisableRamdisk(args: Arguments, minor: number): void {
  if (args.disable_ramdisk === undefined) return;
  const since = DISABLE_RAMDISK_SINCE[args.target];
  if (since === undefined) throw invalid(`disable_ramdisk cannot be given with target ${args.target}`);
  if (minor < since) throw newerVersionNeeded(`Parameter disable_ramdisk with target ${args.target}`, since);
}

function checkSteps(
  args: Arguments,
  node: Node,
  minor: number,
  runbook: Runbook | undefined,
): Pick<ProvisionRequest, 'cleanSteps' | 'deploySteps' | 'serviceSteps'> {
  const { target } = args;
  const isGiven = (list: StepList): boolean => {
    const steps = args[list];
    // An empty list asks for nothing, so it fits every target.
    return steps !== undefined && !(Array.isArray(steps) && steps.length === 0);
  };
  if (isGiven('clean_steps') && target !== 'clean') throw invalid(`clean_steps cannot be given with target ${target}`);
  if (isGiven('deploy_steps')) {
    if (minor < DEPLOY_STEPS_SINCE) throw newerVersionNeeded('Parameter deploy_steps', DEPLOY_STEPS_SINCE);
    if (!DEPLOYS.has(target)) throw invalid(`deploy_steps cannot be given with target ${target}`);
  }
  const deploySteps = args.deploy_steps === undefined ? undefined : parseSteps('deploy_steps', args.deploy_steps);
  if (args.rescue_password !== undefined && target !== 'rescue') throw invalid(`rescue_password cannot be given with target ${target}`);
  const abortSince = target === 'abort' ? ABORT_SINCE[node.provision_state] : undefined;
  if (abortSince !== undefined && minor < abortSince) throw newerVersionNeeded(`Aborting state ${node.provision_state}`, abortSince);
  if (isGiven('service_steps') && target !== 'service') throw invalid(`service_steps cannot be given with target ${target}`);
  checkVerbVersion(target, minor, true);
  const list = STEPS_OF[target];
  if (list === undefined) return deploySteps ? { deploySteps } : {};
  const given = runbook?.steps ?? args[list];
  const steps = given === undefined ? [] : parseSteps(list, given);
  if (steps.length === 0) throw invalid(`${list} is mandatory with target ${target} and must not be empty`);
  if (given !== undefined && wantsChildren(given)) {
    throw new WroughtError('NOT_BUILT', `${list}: running steps on child nodes is not built yet`);
  }
  return list === 'clean_steps' ? { cleanSteps: steps } : { serviceSteps: steps };
}

function rescuePassword(args: Arguments): string {
  if (args.rescue_password === undefined || args.rescue_password.trim() === '') {
    throw invalid('rescue_password is mandatory with target rescue and must not be blank');
  }
  return args.rescue_password;
}

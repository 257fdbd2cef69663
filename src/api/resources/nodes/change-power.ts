import { WroughtError } from '../../../model/errors.ts';
import type { PowerTarget } from '../../../model/node.ts';
import { POWER_CHANGE_REFUSED } from '../../../model/state-sets.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { invalid, newerVersionNeeded } from '../../http/error-replies.ts';
import type { Parameters, Values } from '../../http/parameter.ts';
import { accepted, type Reply } from '../../http/reply.ts';
import { nodeOfPath } from './resolve-node.ts';

const TARGETS: Readonly<Record<PowerTarget, number>> = {
  'power on': 1,
  'power off': 1,
  rebooting: 1,
  'soft rebooting': 27,
  'soft power off': 27,
};

export const POWER_ARGUMENTS = {
  target: { type: 'string', required: true },
  timeout: { type: 'integer', min: 1, since: 27 },
} as const satisfies Parameters;

const isTarget = (text: string): text is PowerTarget => Object.hasOwn(TARGETS, text);

/** `PUT /v1/nodes/{node}/states/power`. */
export async function changePower(
  request: ApiRequest,
  args: Values<typeof POWER_ARGUMENTS>,
  { store, conductor }: ApiDependencies,
): Promise<Reply> {
  const { target } = args;
  const node = await nodeOfPath(store, request);
  if (!isTarget(target))
    throw invalid(`target must be one of ${Object.keys(TARGETS).join(', ')}, not ${JSON.stringify(target.slice(0, 100))}`);
  if (request.minor < TARGETS[target]) throw newerVersionNeeded(`The power target ${target}`, TARGETS[target]);
  if (POWER_CHANGE_REFUSED.has(node.provision_state)) {
    throw new WroughtError(
      'INVALID_STATE_REQUESTED',
      `The power of node ${node.uuid} cannot be changed while it is in state ${node.provision_state}`,
    );
  }
  if (node.disable_power_off && (target === 'power off' || target === 'soft power off')) {
    throw new WroughtError('CONFLICT', `Node ${node.uuid} must not be powered off: disable_power_off is set`);
  }
  await conductor.changePower(request.context, node.uuid, target, args.timeout ?? null);
  return accepted(statesUrl(request));
}

/** Where a client looks for the outcome of a state change: the ident as it was given. */
export function statesUrl(request: ApiRequest): string {
  return `${request.base}/v1/nodes/${encodeURIComponent(request.params.node ?? '')}/states`;
}

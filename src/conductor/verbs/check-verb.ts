import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { findVerb } from '../../model/verbs.ts';
import { stateRefusal } from '../transition.ts';

const MAINTENANCE_WORDS: Readonly<Record<string, string>> = {
  active: 'provisioning',
  deploy: 'provisioning',
  rebuild: 'provisioning',
  rescue: 'rescuing',
  unrescue: 'unrescuing',
  clean: 'cleaning',
  service: 'service',
};

/**
 * The rules of the verb table, in the peer's order: maintenance, protection, state.
 *
 * @throws NODE_IN_MAINTENANCE, NODE_PROTECTED, INVALID_STATE_REQUESTED.
 */
export function checkVerb(node: Node, name: string): void {
  const verb = findVerb(name);
  if (!verb) throw stateRefusal(name, node);
  if (verb.blockedByMaintenance && node.maintenance) throw inMaintenance(node, MAINTENANCE_WORDS[name] ?? name);
  if (verb.blockedByProtected && node.protected) throw isProtected(node, name);
  if (!verb.allowedFrom.includes(node.provision_state)) throw stateRefusal(name, node);
}

export function inMaintenance(node: Node, operation: string): WroughtError {
  const reason = node.maintenance_reason ? ` Reason of the maintenance: ${node.maintenance_reason}` : '';
  return new WroughtError(
    'NODE_IN_MAINTENANCE',
    `The ${operation} operation can't be performed on node ${node.uuid} because it's in maintenance mode.${reason}`,
  );
}

export function isProtected(node: Node, action: string): WroughtError {
  return new WroughtError(
    'NODE_PROTECTED',
    `Node ${node.uuid} is protected and can not be undeployed, rebuilt or deleted: "${action}" was refused.`,
  );
}

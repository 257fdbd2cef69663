import { timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { HeartbeatRequest } from '../conductor-service.ts';

const STATUSES = new Set(['start', 'end', 'error']);

/**
 * May this heartbeat be believed? Checks in the peer's order. @throws INVALID_PARAMETER; NODE_LOCKED for the first call of a boot while
 * the node is held (the agent tries again within seconds).
 */
export function checkHeartbeat(config: Config, node: Node, beat: HeartbeatRequest): void {
  const url = beat.callback_url;
  const known = node.driver_internal_info.agent_url;
  if (url !== '' && !/^https?:\/\//i.test(url)) throw refused(node, 'callback_url must be an http or https URL');
  if (typeof known === 'string' && known !== url) {
    throw refused(node, 'Detected change in ramdisk provided "callback_url"; another agent is known for this boot');
  }
  if (beat.agent_token === undefined || beat.agent_token === '') throw refused(node, 'Agent token is required for heartbeat processing');
  if (beat.agent_status !== undefined && !STATUSES.has(beat.agent_status)) throw refused(node, 'agent_status must be start, end or error');
  if (beat.agent_version === undefined && beat.agent_status === undefined) throw refused(node, 'agent_version is missing');
  if (!sameToken(node.driver_internal_info.agent_secret_token, beat.agent_token))
    throw refused(node, 'Invalid or missing agent token received.');
  if (config.boolean('agent', 'require_tls') && url.toLowerCase().startsWith('http:')) {
    throw refused(node, 'TLS is required by configuration ([agent]require_tls), but the agent offers a plain http URL');
  }
  const certificate = node.driver_internal_info.agent_verify_ca;
  if (typeof certificate === 'string' && beat.agent_verify_ca !== undefined && certificate !== beat.agent_verify_ca) {
    throw refused(node, 'the agent certificate differs from the one of its first heartbeat');
  }
  if (known === undefined && node.reservation !== null) {
    throw new WroughtError(
      'NODE_LOCKED',
      `Node ${node.uuid} is locked by host ${node.reservation}, please retry after the current operation is completed.`,
    );
  }
}

/** Takes the same time wherever the texts differ. */
function sameToken(stored: unknown, given: string): boolean {
  if (typeof stored !== 'string' || stored === '') return false;
  const [a, b] = [Buffer.from(stored), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(node: Node, why: string): WroughtError {
  return new WroughtError('INVALID_PARAMETER', `Heartbeat for node ${node.uuid} refused: ${why}`);
}

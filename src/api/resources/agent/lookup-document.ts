import type { LookupAnswer } from '../../../conductor/conductor-service.ts';
import { MASK } from '../../../model/secret.ts';
import { linkPair } from '../../fields/render-value.ts';
import { nodeRow } from '../nodes/node-row.ts';

/** The document that the agent gets: its node, secrets masked, and what it must know of the conductor. */
export function lookupDocument(base: string, answer: LookupAnswer, options: { showToken: boolean }): string {
  const row = nodeRow(answer.node);
  const node =
    `{"uuid":${JSON.stringify(row.uuid)},"properties":${row.properties},"instance_info":${row.instance_info},` +
    `"driver_internal_info":${row.driver_internal_info},"links":${linkPair(base, 'nodes', answer.node.uuid)}}`;
  const token = answer.config.agent_token;
  const config = options.showToken || typeof token !== 'string' ? answer.config : { ...answer.config, agent_token: MASK };
  return `{"node":${node},"config":${JSON.stringify(config)}}`;
}

/**
 * The agent's first question: which node am I? Open to everybody on the network, so every mismatch answers the same.
 *
 * The token is made by the first lookup of a boot and told once; whoever asks later gets the mask. A token built into the boot medium is
 * never told.
 */
import { randomBytes } from 'node:crypto';
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { MASK } from '../../model/secret.ts';
import { LOOKUP_ALLOWED, LOOKUP_ALLOWED_FAST_TRACK } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { LookupAnswer } from '../conductor-service.ts';
import { agentConfig } from './agent-config.ts';
import { fastTrackEnabled } from './fast-track.ts';

/** @throws INVALID_PARAMETER without identifiers; NOT_FOUND for every mismatch; NOT_AUTHORIZED where the endpoints are off. */
export async function lookup(
  ctx: ConductorContext,
  query: { nodeUuid?: string; addresses?: readonly string[]; giveToken?: boolean },
): Promise<LookupAnswer> {
  requireRamdiskEndpoints(ctx);
  const addresses = (query.addresses ?? []).map((address) => address.toLowerCase());
  if (!query.nodeUuid && addresses.length === 0) throw new WroughtError('INVALID_PARAMETER', 'Lookup needs a node UUID or MAC addresses.');
  const node = await findOne(ctx, query.nodeUuid, addresses);
  if (!node || !lookupAllowed(ctx, node)) throw notFound();
  return answerFor(ctx, node, query.giveToken !== false);
}

/** Node and configuration for the agent. @param giveToken false: the caller would not show a token, so none is made. */
async function answerFor(ctx: ConductorContext, node: Node, giveToken: boolean): Promise<LookupAnswer> {
  const has = typeof node.driver_internal_info.agent_secret_token === 'string';
  if (has || !giveToken) return { node, config: agentConfig(ctx.config, node, has ? MASK : null) };
  let told: string | null = null;
  const stored = await ctx.store.nodes.mutate(node.uuid, null, (current) => {
    if (typeof current.driver_internal_info.agent_secret_token === 'string') return null;
    told = randomBytes(32).toString('base64url');
    return { driver_internal_info: { ...current.driver_internal_info, agent_secret_token: told } };
  });
  return { node: stored, config: agentConfig(ctx.config, stored, told ?? MASK) };
}

async function findOne(ctx: ConductorContext, uuid: string | undefined, addresses: readonly string[]): Promise<Node | undefined> {
  if (uuid) return ctx.store.nodes.getByUuid(uuid);
  const found = await ctx.store.nodes.findByMacs(addresses);
  return found.length === 1 ? found[0] : undefined;
}

function lookupAllowed(ctx: ConductorContext, node: Node): boolean {
  if (!ctx.config.boolean('api', 'restrict_lookup')) return true;
  const states = fastTrackEnabled(ctx.config, node) ? LOOKUP_ALLOWED_FAST_TRACK : LOOKUP_ALLOWED;
  return states.has(node.provision_state);
}

function notFound(): WroughtError {
  return new WroughtError('NOT_FOUND', 'Node could not be found.');
}

/** @throws NOT_AUTHORIZED. */
export function requireRamdiskEndpoints(ctx: ConductorContext): void {
  if (ctx.config.boolean('api', 'enable_ramdisk_endpoints')) return;
  throw new WroughtError('NOT_AUTHORIZED', 'The endpoints for agents are switched off: [api]enable_ramdisk_endpoints is false.');
}

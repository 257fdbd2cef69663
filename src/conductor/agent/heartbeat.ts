/**
 * An agent says that it is there. One small transaction records it; where the node waits for the agent, work goes on in the background.
 *
 *     check ─▶ record (no lease needed: only the agent's own keys and the clock of silence) ─▶ waiting? ─▶ resumeByAgent
 */
import type { Node, NodePatch } from '../../model/node.ts';
import { HEARTBEAT_ACTS, HEARTBEAT_ALLOWED, HEARTBEAT_ALLOWED_FAST_TRACK } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { HeartbeatRequest } from '../conductor-service.ts';
import { merged } from '../node-task.ts';
import { checkHeartbeat } from './check-heartbeat.ts';
import { fastTrackEnabled } from './fast-track.ts';
import { requireRamdiskEndpoints } from './lookup.ts';
import { resumeByAgent } from './resume-by-agent.ts';

/** @throws as `checkHeartbeat`; NOT_FOUND, NOT_AUTHORIZED, NO_FREE_WORKER. */
export async function heartbeat(ctx: ConductorContext, uuid: string, beat: HeartbeatRequest): Promise<void> {
  requireRamdiskEndpoints(ctx);
  let allowed = true;
  const node = await ctx.store.nodes.mutate(uuid, null, (stored) => {
    checkHeartbeat(ctx.config, stored, beat);
    allowed = (fastTrackEnabled(ctx.config, stored) ? HEARTBEAT_ALLOWED_FAST_TRACK : HEARTBEAT_ALLOWED).has(stored.provision_state);
    return allowed ? recorded(ctx, stored, beat) : null;
  });
  if (!allowed) {
    // The agent is answered all the same: it can do nothing about it.
    ctx.log.error({ node: uuid, state: node.provision_state }, 'a heartbeat came in a state that expects none; nothing was stored');
    return;
  }
  if (node.reservation === null && HEARTBEAT_ACTS.has(node.provision_state)) resumeByAgent(ctx, node, 'heartbeat');
}

function recorded(ctx: ConductorContext, node: Node, beat: HeartbeatRequest): NodePatch {
  return {
    driver_internal_info: merged(node.driver_internal_info, {
      agent_url: beat.callback_url,
      agent_last_heartbeat: new Date(ctx.clock.now()).toISOString(),
      ...(beat.agent_version === undefined ? {} : { agent_version: beat.agent_version }),
      ...(beat.agent_verify_ca === undefined ? {} : { agent_verify_ca: beat.agent_verify_ca }),
      ...(beat.agent_status === undefined ? {} : { agent_status: beat.agent_status }),
      ...(beat.agent_status_message === undefined ? {} : { agent_status_message: beat.agent_status_message }),
    }),
    // The callback timeouts measure silence, not the whole time.
    ...(HEARTBEAT_ACTS.has(node.provision_state) ? { provision_updated_at: ctx.clock.now() } : {}),
  };
}

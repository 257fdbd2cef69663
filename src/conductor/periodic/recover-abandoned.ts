import { PROVISION_STATES, STATE_INFO } from '../../model/states.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { recoverNode } from '../recovery/recover-node.ts';
import { inParallel } from './loop.ts';

const TRANSIENT = PROVISION_STATES.filter((state) => STATE_INFO[state].kind === 'transient');
/** Nodes seen to at a time. */
const AT_A_TIME = 16;

/**
 * Looks for work that nobody does: leases that have run out, and nodes in a state of being worked on that nobody holds. All of them,
 * child nodes and nodes in maintenance too, and nodes whose driver no live conductor has.
 */
export async function recoverAbandoned(ctx: ConductorContext): Promise<void> {
  const ended = await ctx.store.nodes.abandonedLeases();
  const unheld = await ctx.store.nodes.scan({ provisionStates: TRANSIENT, reserved: false });
  const mine = [...ended, ...unheld].filter((node) => ctx.membership.mayRecover(node));
  await inParallel(mine, AT_A_TIME, (node) => recoverNode(ctx, node));
}

/**
 * At the start: leases under this conductor's own name are those of its former life. They end at once instead of running out.
 */
export async function recoverFormerLife(ctx: ConductorContext): Promise<void> {
  const held = (await ctx.store.nodes.scan({ reserved: true })).filter(
    (node) => node.reservation?.toLowerCase() === ctx.hostname.toLowerCase(),
  );
  await inParallel(held, AT_A_TIME, (node) => recoverNode(ctx, node));
  await recoverAbandoned(ctx);
}

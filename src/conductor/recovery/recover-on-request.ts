/**
 * What holds a node, told to an operator, and the end of the hold when nobody is left who works on it.
 *
 *     held ─┬─ by a conductor that lives and renews ──▶ refused: its work has deadlines of its own
 *           ╰─ by one that is gone, or by a former life of this one ──confirm──▶ fenced, then carried on or failed
 *     free ─┬─ being worked on by nobody ──confirm──▶ carried on or failed
 *           ╰─ waiting or at rest ──▶ nothing to break
 */
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { STATE_INFO } from '../../model/states.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { HoldReport } from '../conductor-service.ts';
import { currentStep, flowOf, STEP_STARTED_KEY } from '../steps/flow.ts';
import { stepName } from '../steps/step-record.ts';
import { needsRecovery, recoverNode } from './recover-node.ts';

/**
 * Explains; with `confirm` it also breaks a hold that nobody works under. @throws CONFLICT when somebody does, and NOT_FOUND.
 */
export async function recoverOnRequest(ctx: ConductorContext, uuid: string, confirm: boolean): Promise<HoldReport> {
  // Whether a conductor lives is decided by the register as it is now.
  await ctx.membership.refresh();
  const node = await ctx.store.nodes.getByUuid(uuid);
  if (!node) throw new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
  const report = explain(ctx, node);
  if (!confirm || report.action === 'none') return report;
  if (report.action === 'refuse') throw new WroughtError('CONFLICT', `Node ${uuid} is not recovered: ${report.explanation}`);
  ctx.log.warn({ node: uuid, holder: node.reservation, state: node.provision_state }, 'an operator asked for the recovery of a node');
  await recoverNode(ctx, node);
  const after = await ctx.store.nodes.getByUuid(uuid);
  return { ...report, done: true, provision_state: after?.provision_state ?? node.provision_state };
}

function explain(ctx: ConductorContext, node: Node): HoldReport {
  const holder = holderOf(ctx, node);
  return {
    node: node.uuid,
    name: node.name,
    provision_state: node.provision_state,
    maintenance: node.maintenance,
    holder,
    step: stepOf(ctx, node),
    ...verdict(ctx, node, holder),
    done: false,
  };
}

function holderOf(ctx: ConductorContext, node: Node): HoldReport['holder'] {
  const { reservation, lease_expires_at: expires, lease_purpose: purpose, lease_since: since, lease_token: token } = node;
  if (reservation === null) return null;
  const renewed = expires !== null && expires > ctx.clock.now();
  const member = ctx.membership.live().find((record) => record.hostname === reservation);
  const own = reservation === ctx.hostname;
  const working = own ? ctx.leases.holds(node.uuid, token) : member !== undefined && renewed;
  return {
    conductor: reservation,
    purpose,
    since: iso(since),
    lease_expires_at: iso(expires),
    lease_ended: !renewed,
    alive: own || member !== undefined,
    last_heartbeat: iso(member?.updated_at ?? null),
    working,
  };
}

function verdict(ctx: ConductorContext, node: Node, holder: HoldReport['holder']): Pick<HoldReport, 'action' | 'explanation'> {
  const { provision_state: state } = node;
  if (holder?.working) {
    return {
      action: 'refuse',
      explanation: `conductor ${holder.conductor} is alive and works on it (${holder.purpose ?? 'no purpose is recorded'}), renewing its lease; it ends by itself or at the deadline of its step. To stop it use the verb abort, or stop that conductor.`,
    };
  }
  const next = needsRecovery(node)
    ? `then its ${state} is carried on from the persisted step where that is safe, or fails with the reason`
    : `its state ${state} stays as it is`;
  if (holder) {
    const why = holder.alive ? 'is alive but does not work on it any more' : 'is gone';
    return {
      action: 'break',
      explanation: `conductor ${holder.conductor} ${why}: its lease is ended and its writes are refused from then on; ${next}.`,
    };
  }
  if (needsRecovery(node)) return { action: 'break', explanation: `nobody holds the node although it is ${state}: ${next}.` };
  const { kind, timeoutOption, hold } = STATE_INFO[state];
  if (kind !== 'wait') return { action: 'none', explanation: `nobody holds the node and it is at rest in ${state}.` };
  if (hold) return { action: 'none', explanation: `nobody holds the node; ${state} ends with the verb unhold or abort.` };
  const seconds = timeoutOption === null ? 0 : ctx.config.integer('conductor', timeoutOption);
  const since = state === 'inspect wait' ? node.inspection_started_at : node.provision_updated_at;
  const ends =
    seconds > 0 && since !== null
      ? `it ends by itself at ${iso(since + seconds * 1000)} ([conductor]${timeoutOption})`
      : 'it has no deadline';
  return {
    action: 'none',
    explanation: `nobody holds the node: ${state} waits for its agent; ${ends}${node.maintenance ? ', though not while the node is in maintenance' : ''}, or with the verb abort or deleted.`,
  };
}

function stepOf(ctx: ConductorContext, node: Node): HoldReport['step'] {
  const flow = flowOf(node.provision_state);
  const step = flow && currentStep(node, flow);
  if (!step) return null;
  const started = node.driver_internal_info[STEP_STARTED_KEY];
  const longest = ctx.config.integer('wrought', 'agent_step_deadline');
  const at = typeof started === 'number' ? started : null;
  return { name: stepName(step), started_at: iso(at), deadline: at === null || longest === 0 ? null : iso(at + longest * 1000) };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

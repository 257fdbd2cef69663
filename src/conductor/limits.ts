import { WroughtError } from '../model/errors.ts';
import { COUNTED_FOR_CLEAN_LIMIT, COUNTED_FOR_DEPLOY_LIMIT } from '../model/state-sets.ts';
import type { ProvisionState } from '../model/states.ts';
import type { ConductorContext } from './conductor-context.ts';

export type LimitedAction = 'provisioning' | 'unprovisioning' | 'cleaning' | 'servicing';

const RULES: Readonly<Record<LimitedAction, { states: readonly ProvisionState[]; option: string }>> = {
  provisioning: { states: [...COUNTED_FOR_DEPLOY_LIMIT], option: 'max_concurrent_deploy' },
  unprovisioning: { states: [...COUNTED_FOR_CLEAN_LIMIT], option: 'max_concurrent_clean' },
  cleaning: { states: [...COUNTED_FOR_CLEAN_LIMIT], option: 'max_concurrent_clean' },
  // The peer asks but has no number for it; the ramdisk boots weigh as those of cleaning do.
  servicing: { states: ['servicing', 'service wait'], option: 'max_concurrent_clean' },
};

/**
 * Refuses what would go past the operator's limit. The text names the kind of work but not the limit, so that nobody can tune an attack
 * to it. @throws CONCURRENT_ACTION_LIMIT.
 */
export async function checkLimit(ctx: ConductorContext, action: LimitedAction): Promise<void> {
  const { states, option } = RULES[action];
  const limit = Math.max(1, ctx.config.integer('conductor', option));
  const group = ctx.config.boolean('conductor', 'max_concurrent_per_conductor_group')
    ? ctx.config.string('conductor', 'conductor_group')
    : undefined;
  if ((await ctx.store.nodes.countInStates(states, group)) < limit) return;
  throw new WroughtError(
    'CONCURRENT_ACTION_LIMIT',
    `Unable to process request at this time. The concurrent action limit for ${action} has been reached. Please contact your administrator and try again later.`,
  );
}

import { takeOverAllocations } from '../allocations/take-over-allocations.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { pollAgents } from './agent-poll.ts';
import { pruneRecords, removeStaleConductors } from './clean-up.ts';
import { type Loop, startLoop } from './loop.ts';
import { recoverPowerFailures } from './power-recovery.ts';
import { syncPowerStates } from './power-sync.ts';
import { recoverAbandoned } from './recover-abandoned.ts';
import { takeOverNodes } from './take-over.ts';
import { endOverdueWaits, TIMED_STATES } from './wait-timeouts.ts';

/** Starts all periodic work of a conductor. @param signal ends readings that are under way when the conductor stops. */
export function startLoops(ctx: ConductorContext, signal: AbortSignal): Loop[] {
  const conductor = (name: string): number => ctx.config.integer('conductor', name);
  const wrought = (name: string): number => ctx.config.float('wrought', name);
  const exceptRescue = TIMED_STATES.filter((state) => state !== 'rescue wait');
  const counters = new Map<string, number>();
  const told = new Map<string, string>();
  return [
    startLoop(ctx, 'recovery', wrought('recovery_interval'), () => recoverAbandoned(ctx)),
    startLoop(ctx, 'agent poll', wrought('agent_poll_interval'), () => pollAgents(ctx, told, signal)),
    startLoop(ctx, 'wait timeouts', conductor('check_provision_state_interval'), () => endOverdueWaits(ctx, exceptRescue)),
    startLoop(ctx, 'rescue timeouts', conductor('check_rescue_state_interval'), () => endOverdueWaits(ctx, ['rescue wait'])),
    startLoop(ctx, 'power sync', conductor('sync_power_state_interval'), () => syncPowerStates(ctx, counters, signal)),
    startLoop(ctx, 'power recovery', conductor('power_failure_recovery_interval'), () => recoverPowerFailures(ctx, signal)),
    startLoop(ctx, 'take over', conductor('sync_local_state_interval'), () => takeOverNodes(ctx)),
    startLoop(ctx, 'allocations', conductor('check_allocations_interval'), () => takeOverAllocations(ctx)),
    startLoop(ctx, 'record clean-up', conductor('node_history_cleanup_interval'), () => pruneRecords(ctx)),
    startLoop(ctx, 'stale conductors', conductor('conductor_cleanup_interval'), () => removeStaleConductors(ctx)),
  ];
}

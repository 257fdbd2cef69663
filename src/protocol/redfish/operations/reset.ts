import type { CallOptions } from '../access/bmc-connection.ts';
import { isRedfishError, type RedfishError } from '../redfish-error.ts';
import { hasMessage } from '../views/extended-info.ts';
import type { ResetType, SystemView } from '../views/system.ts';
import { findingOf, follow, type OperationContext } from './operation-context.ts';

/** Waits for a BMC that refuses to power on shortly after power off. */
export interface ResetLimits {
  readonly powerOnConflictAttempts: number;
  readonly powerOnConflictPauseMs: number;
}

/** Where a reset leads, for the types whose effect can be read back. */
const LEADS_TO: Partial<Record<ResetType, 'on' | 'off'>> = { On: 'on', ForceOn: 'on', ForceOff: 'off', GracefulShutdown: 'off' };

/**
 * Asks for a reset. When the answer is lost or is a conflict, the state is read back: reached means done. A reset whose effect cannot be
 * told by the state (restarts, NMI) is never sent again once it may have been taken.
 */
export async function reset(context: OperationContext, type: ResetType, limits: ResetLimits, options?: CallOptions): Promise<void> {
  const before = await context.system(options);
  const { path } = before;
  if (before.resetTarget === null) throw findingOf(context, 'unsupported', 'POST', path, 'offers no reset of this system');
  if (before.resetTypes !== null && !before.resetTypes.includes(type)) {
    throw findingOf(context, 'unsupported', 'POST', path, `does not offer reset ${type}; offered are ${before.resetTypes.join(', ')}`);
  }
  const target = follow(context, path, before.resetTarget);
  for (let tries = 1; ; tries++) {
    try {
      await context.connection.post(target, { ResetType: type }, options);
      return;
    } catch (error) {
      if (!isRedfishError(error)) throw error;
      if (!error.mayHaveBeenTaken && error.status !== 400 && error.status !== 409) throw error;
      const now = await context.system(options);
      if (reached(type, now) || alreadyThere(type, now, error)) return;
      const repeat = mayRepeat(type, now, error) && tries < limits.powerOnConflictAttempts;
      if (!repeat) throw error;
      options?.onRetry?.({ error, attempt: tries + 1, of: limits.powerOnConflictAttempts, pauseMs: limits.powerOnConflictPauseMs });
      await context.clock.sleep(limits.powerOnConflictPauseMs, options?.signal);
    }
  }
}

function reached(type: ResetType, system: SystemView): boolean {
  const wanted = LEADS_TO[type];
  if (wanted === 'on') return system.powerState === 'On' || system.powerState === 'PoweringOn';
  if (wanted === 'off') return system.powerState === 'Off' || system.powerState === 'PoweringOff';
  return false;
}

/** For BMCs that do not tell the state: their error says that nothing was to be done. */
function alreadyThere(type: ResetType, system: SystemView, error: RedfishError): boolean {
  const wanted = LEADS_TO[type];
  if (wanted === undefined || system.powerState !== null || error.info === null) return false;
  return new RegExp(`(host is powered|already powered) ${wanted}\\b`, 'i').test(error.info.text);
}

/** The state was read back and is not reached: a plain On or ForceOff may be sent again, since it cannot hit a machine twice. */
function mayRepeat(type: ResetType, system: SystemView, error: RedfishError): boolean {
  if (error.mayHaveBeenTaken) return (type === 'On' || type === 'ForceOff') && system.powerState !== null;
  return type === 'On' && error.status === 409 && hasMessage(error.info, 'ActionParameterValueConflict');
}

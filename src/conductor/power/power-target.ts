import type { PowerState, PowerTarget } from '../../model/node.ts';

/** The state that a power request aims at. */
export function stateAimedAt(target: PowerTarget): PowerState {
  return target === 'power off' || target === 'soft power off' ? 'power off' : 'power on';
}

/** True when the request takes the power away for a moment or for good: what the agent told is void then. */
export function cutsPower(target: PowerTarget): boolean {
  return target !== 'power on';
}

export function isSoft(target: PowerTarget): boolean {
  return target === 'soft power off' || target === 'soft rebooting';
}

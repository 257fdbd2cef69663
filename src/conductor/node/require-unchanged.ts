import { isDeepStrictEqual } from 'node:util';
import { WroughtError } from '../../model/errors.ts';

/**
 * Refuses a change that was worked out from values that are not the stored ones any more: written as it stands it would undo what
 * another request has stored meanwhile. Compares values, and not a row version, so that the service's own writes (power state,
 * heartbeats) refuse nobody. The message names attributes and no values: they may be secrets.
 *
 * @throws STALE.
 */
export function requireUnchanged<T extends object>(subject: string, stored: T, basedOn: Partial<T> | undefined): void {
  if (!basedOn) return;
  const changed = keysOf(basedOn).filter((key) => !isDeepStrictEqual(stored[key], basedOn[key]));
  if (changed.length === 0) return;
  throw new WroughtError('STALE', `${subject}: ${changed.join(', ')} changed while the request was worked out; nothing was written.`);
}

function keysOf<T extends object>(value: Partial<T>): (keyof T & string)[] {
  // The type names every own key.
  return Object.keys(value) as (keyof T & string)[];
}

import { hasCode, WroughtError } from '../../model/errors.ts';

/** A writer that loses so often has at least as many others before it, which all got through. */
const TRIES = 20;

/**
 * Runs a change that reads a resource, works the new values out and writes them on the condition that nothing changed in between; runs
 * it anew, from the read on, each time that something did. @throws CONFLICT when others were faster every time; what `attempt` throws.
 */
export async function retryStale<T>(subject: string, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!hasCode(error, 'STALE')) throw error;
      if (tries === TRIES) {
        throw new WroughtError('CONFLICT', `${subject} was changed by other requests ${TRIES} times while this one was worked out`, {
          cause: error,
        });
      }
    }
  }
}

/** The stored values of the attributes that a patch changes. */
export function basisOf<T extends object>(stored: T, changed: object): Partial<T> {
  const basis: Partial<T> = {};
  for (const [key, value] of Object.entries(stored)) {
    // A key of `stored` with its own value.
    if (Object.hasOwn(changed, key)) basis[key as keyof T] = value as T[keyof T];
  }
  return basis;
}

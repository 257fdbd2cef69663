import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import { ApiRefusal, type ConductorApi } from './conductor-api.ts';
import type { LookupAnswer } from './lookup-answer.ts';

/** Extra waits after answers 409 (the node is held while its token is made), in seconds; the last one repeats. */
const HELD_WAITS = [5, 10, 30];
/** Upper bound of the wait between tries, in seconds. */
const LONGEST_WAIT = 60;

/**
 * Finds the agent's own node. Tries until `timeout` seconds have gone by, with random waits between `interval` and a bound that doubles
 * from 1 to 60 seconds: a whole rack switched on at once spreads out. Every refusal means "later"; 409 waits longer still.
 *
 * @throws Error naming the last problem when time is up.
 */
export async function lookupNode(parts: {
  api: Pick<ConductorApi, 'lookup'>;
  macs: readonly string[];
  nodeUuid?: string | undefined;
  timeout: number;
  interval: number;
  clock: Clock;
  random: () => number;
  log: Logger;
  signal: AbortSignal;
}): Promise<LookupAnswer> {
  const { api, clock, log, signal, random } = parts;
  const end = clock.now() + parts.timeout * 1000;
  let bound = 1;
  let held = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.lookup({ macs: parts.macs, nodeUuid: parts.nodeUuid });
    } catch (error) {
      signal.throwIfAborted();
      const extra = error instanceof ApiRefusal && error.status === 409 ? (HELD_WAITS[Math.min(held++, HELD_WAITS.length - 1)] ?? 0) : 0;
      const least = Math.min(parts.interval, bound);
      const wait = least + random() * (bound - least) + extra;
      if (clock.now() + wait * 1000 > end)
        throw new Error(`lookup of ${parts.macs.join(', ')} gave up after ${parts.timeout} s and ${attempt} tries: ${messageOf(error)}`);
      log.debug({ attempt, wait, error: messageOf(error) }, 'lookup refused, trying again');
      await clock.sleep(wait * 1000, signal);
      bound = Math.min(bound * 2, LONGEST_WAIT);
    }
  }
}

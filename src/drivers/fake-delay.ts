import type { Config } from '../config/config.ts';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import type { Task } from './driver.ts';

type Draw = (random: () => number) => number;

/**
 * Reads an option of group `[fake]`: `n`, or `min,max` for a triangular distribution with its peak at `min`. Answers a function that
 * draws seconds. @throws INVALID_PARAMETER for anything else.
 */
export function parseFakeDelay(option: string, text: string): Draw {
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map(Number);
  const [low = Number.NaN, high = low] = numbers;
  const wrong =
    parts.some((part) => part === '') || numbers.length > 2 || !numbers.every((n) => Number.isFinite(n) && n >= 0) || high < low;
  if (wrong) throw new WroughtError('INVALID_PARAMETER', `[fake]${option} is "${text}"; wanted: seconds, or two as "min,max"`);
  return (random) => low + (high - low) * (1 - Math.sqrt(1 - random()));
}

/** A pause as long as `[fake]<name>_delay` says. */
export function createFakeDelay(
  deps: { config: Config; clock: Clock },
  name: string,
  random: () => number = Math.random,
): (task: Task) => Promise<void> {
  const option = `${name}_delay`;
  const draw = parseFakeDelay(option, deps.config.string('fake', option));
  return async (task) => {
    const seconds = draw(random);
    if (seconds > 0) await deps.clock.sleep(seconds * 1000, task.signal);
  };
}

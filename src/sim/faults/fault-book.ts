import type { Clock } from '../../model/clock.ts';
import type { Fault } from './fault.ts';
import type { FaultKind } from './fault-kinds.ts';

interface Entry {
  readonly fault: Fault;
  readonly since: number;
  seen: number;
  struck: number;
}

/** The faults in force on one machine. Asking whether one strikes counts as an occasion. */
export class FaultBook {
  readonly #clock: Clock;
  readonly #onStrike: (fault: Fault, subject: string) => void;
  #entries: Entry[] = [];

  constructor(clock: Clock, onStrike: (fault: Fault, subject: string) => void) {
    this.#clock = clock;
    this.#onStrike = onStrike;
  }

  add(fault: Fault): void {
    this.#entries.push({ fault, since: this.#clock.now(), seen: 0, struck: 0 });
  }

  /** Ends faults of one kind, or all. */
  clear(kind?: FaultKind): void {
    this.#entries = kind === undefined ? [] : this.#entries.filter((entry) => entry.fault.kind !== kind);
  }

  /** Faults that may still strike. */
  list(): readonly Fault[] {
    return this.#entries.filter((entry) => !spent(entry)).map((entry) => entry.fault);
  }

  /**
   * The fault of this kind that strikes now, if any; counts the occasion.
   *
   * @param subject what is being attempted; BMC faults match it against their `request` pattern.
   * @param applies narrows by parameters, for example to one disk, before the occasion is counted.
   */
  strike(kind: FaultKind, subject: string, applies: (fault: Fault) => boolean = () => true): Fault | undefined {
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (fault.kind !== kind || spent(entry) || !applies(fault)) continue;
      if (fault.when.request !== undefined && !matchesPattern(fault.when.request, subject)) continue;
      if (this.#clock.now() - entry.since < (fault.when.afterSeconds ?? 0) * 1000) continue;
      entry.seen += 1;
      if (entry.seen <= (fault.when.skip ?? 0)) continue;
      entry.struck += 1;
      this.#onStrike(fault, subject);
      return fault;
    }
    return undefined;
  }
}

function spent(entry: Entry): boolean {
  return entry.fault.when.count !== undefined && entry.struck >= entry.fault.when.count;
}

/** `*` stands for any run of characters; the rest is compared as it is. Linear in the subject for each `*`. */
export function matchesPattern(pattern: string, subject: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (!subject.startsWith(head)) return false;
  let at = head.length;
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return subject.length - part.length >= at && subject.endsWith(part);
    const found = subject.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return subject === head;
}

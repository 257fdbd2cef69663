import type { RedfishClock } from './redfish-clock.ts';

/**
 * Keeps callers from waiting on a dead BMC one after another: after `failures` in a row without an answer it opens, and calls fail at once
 * until `openMs` have passed. Then one call may try.
 */
export interface CircuitBreaker {
  /** Null when a call may go out, else why not, as a clause that follows "BMC <host> ". */
  refusal(): string | null;
  answered(): void;
  failed(finding: string): void;
}

export function createCircuitBreaker(clock: RedfishClock, limits: { failures: number; openMs: number }): CircuitBreaker {
  let failures = 0;
  let openUntil = 0;
  let lastFinding = '';

  return {
    refusal() {
      const left = openUntil - clock.now();
      if (failures < limits.failures || left <= 0) return null;
      return `was not asked: it failed ${failures} times in a row, last because it ${lastFinding}; next try in ${Math.ceil(left / 1000)} s`;
    },
    answered() {
      failures = 0;
    },
    failed(finding) {
      failures++;
      lastFinding = finding;
      if (failures >= limits.failures) openUntil = clock.now() + limits.openMs;
    },
  };
}

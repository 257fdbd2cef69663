/**
 * A life that can end without notice. A conductor gets its store and clock through it; once the life is over nothing of that conductor
 * happens any more: its calls never come back and its timers never fire, as when the power of its host fails.
 */
import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/store.ts';

export interface Life {
  over: boolean;
  /** Calls of the store that are still let through; null: all. */
  callsLeft: number | null;
}

/** The store as seen in a life. A transaction is one call: it happens whole or not at all. */
export function mortalStore(store: Store, life: Life): Store {
  return mortal(store, life, new Set(['dialect', 'statements', 'onEvents']));
}

function mortal<T extends object>(target: T, life: Life, free: ReadonlySet<string>): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (free.has(String(key))) return value;
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          if (life.callsLeft !== null && !life.over && life.callsLeft-- <= 0) life.over = true;
          return life.over ? new Promise(() => {}) : Reflect.apply(value, object, args);
        };
      }
      return typeof value === 'object' && value !== null ? mortal(value, life, free) : value;
    },
  });
}

/** The clock as seen in a life. */
export function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: () => clock.now(),
    after: (ms, work) => clock.after(ms, () => (life.over ? undefined : work())),
    sleep: (ms, signal) => clock.sleep(ms, signal).then(() => (life.over ? new Promise<void>(() => {}) : undefined)),
  };
}

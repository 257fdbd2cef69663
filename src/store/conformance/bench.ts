import { test } from 'node:test';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../store.ts';

/** Where the conformance tests run. */
export interface Bench {
  /** Connection string of a new, empty database. */
  freshDatabase(): Promise<string>;
  /** Several stores can be open on one database, and reads do not wait for a transaction. */
  readonly shared: boolean;
}

export interface Scene {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly connection: string;
}

/** Registers a test that gets a store on an empty database of its own; the store is closed afterwards. */
export function storeTest(bench: Bench, name: string, body: (scene: Scene) => Promise<void>): void {
  test(name, async () => {
    const connection = await bench.freshDatabase();
    const clock = new VirtualClock();
    const store = await openStore(connection, { clock, log: silentLogger, poolSize: 8 });
    try {
      await body({ store, clock, connection });
    } finally {
      await store.close();
    }
  });
}

/** A promise and what settles it: to hold a transaction open at a known point. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

import type { Logger } from '../config/logger.ts';
import { messageOf, WroughtError } from '../model/errors.ts';

/** `api`: work that a client asked for; may use the reserved places. `background`: heartbeats and periodic work. */
export type Lane = 'api' | 'background';

/** A place in the pool, taken before anything is changed so that a full pool changes nothing. */
export interface WorkerSlot {
  /** Runs the work; the place is free again when it ends. Errors are logged: the work reports its own. */
  run(name: string, work: () => Promise<void>): void;
  /** Gives the place back unused. */
  free(): void;
}

/**
 * The conductor's budget of concurrent work. There is no queue: a full pool says so. Some places are kept for clients, so that background
 * work never shuts them out.
 */
export class WorkerPool {
  readonly #size: number;
  readonly #reserved: number;
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  #taken = 0;

  /** @param size all places; @param reservedPercentage of them, for clients only. */
  constructor(parts: { size: number; reservedPercentage: number; log: Logger }) {
    this.#size = Math.max(1, parts.size);
    this.#reserved = Math.min(this.#size - 1, Math.floor((this.#size * parts.reservedPercentage) / 100));
    this.#log = parts.log;
  }

  /** Places in use. */
  get busy(): number {
    return this.#taken;
  }

  /** @throws NO_FREE_WORKER. */
  reserve(lane: Lane): WorkerSlot {
    const limit = lane === 'api' ? this.#size : this.#size - this.#reserved;
    if (this.#taken >= limit) {
      throw new WroughtError('NO_FREE_WORKER', 'Requested action cannot be performed due to lack of free conductor workers.');
    }
    this.#taken++;
    let open = true;
    const free = (): void => {
      if (!open) return;
      open = false;
      this.#taken--;
    };
    return {
      free,
      run: (name, work) => {
        const running = work()
          .catch((error: unknown) => this.#log.error({ work: name, error: messageOf(error) }, 'work ended with an error'))
          .finally(() => {
            free();
            this.#running.delete(running);
          });
        this.#running.add(running);
      },
    };
  }

  /** Resolves when all work that runs now has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

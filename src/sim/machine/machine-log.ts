import type { Clock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';

/** What a part of a machine did: for explanations, for tests and for the demo's screen. */
export interface RackEvent {
  /** Milliseconds since the epoch, by the rack's clock. */
  readonly at: number;
  /** Name of the machine. */
  readonly machine: string;
  readonly kind: 'power' | 'boot' | 'media' | 'agent' | 'disk' | 'bios' | 'bmc' | 'fault';
  /** One sentence, without secrets. */
  readonly message: string;
  readonly data?: JsonObject;
}

/** How many lines a machine remembers; a thousand machines must stay cheap. */
const KEPT = 300;

/** The console of one machine: the newest lines of what happened, and a listener that hears each. */
export class MachineLog {
  readonly #machine: string;
  readonly #clock: Clock;
  readonly #listener: (event: RackEvent) => void;
  #lines: RackEvent[] = [];
  #first = 1;

  constructor(machine: string, clock: Clock, listener: (event: RackEvent) => void) {
    this.#machine = machine;
    this.#clock = clock;
    this.#listener = listener;
  }

  write(kind: RackEvent['kind'], message: string, data?: JsonObject): void {
    const event: RackEvent = { at: this.#clock.now(), machine: this.#machine, kind, message, ...(data && { data }) };
    this.#lines.push(event);
    if (this.#lines.length > KEPT) {
      this.#lines.shift();
      this.#first += 1;
    }
    this.#listener(event);
  }

  /** Oldest first; `id` counts from 1 and is never used again. */
  entries(): readonly (RackEvent & { readonly id: number })[] {
    return this.#lines.map((line, index) => ({ ...line, id: this.#first + index }));
  }

  clear(): void {
    this.#first += this.#lines.length;
    this.#lines = [];
  }
}

import { inspect } from 'node:util';

/** What stands in place of a secret wherever one would be shown (the peer's own mask). */
export const MASK = '******';

/** A value that cannot be printed, serialised or interpolated by accident; `reveal()` is the only way to it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The clear text. Call it only where the value is handed to the peer it is meant for. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

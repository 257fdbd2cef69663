import { createHash } from 'node:crypto';

/**
 * Draws values that depend only on (seed, purpose), never on the order of drawing: adding a new kind of value later changes no old one.
 */
export interface Seeded {
  /** `length` bytes, at most 32. */
  bytes(purpose: string, length: number): Buffer;
  hex(purpose: string, digits: number): string;
  /** An integer from 0 up to, not including, `below`. */
  integer(purpose: string, below: number): number;
  /** @throws RangeError without choices */
  pick<T>(purpose: string, choices: readonly T[]): T;
  uuid(purpose: string): string;
}

/** @param seed anything that names the draw, for example `7/machine/3`. */
export function seeded(seed: string): Seeded {
  const digest = (purpose: string): Buffer => createHash('sha256').update(`${seed}\0${purpose}`).digest();
  const integer = (purpose: string, below: number): number => digest(purpose).readUInt32BE(0) % below;
  return {
    bytes: (purpose, length) => digest(purpose).subarray(0, length),
    hex: (purpose, digits) => digest(purpose).toString('hex').slice(0, digits),
    integer,
    pick(purpose, choices) {
      const chosen = choices[integer(purpose, choices.length)];
      if (chosen === undefined) throw new RangeError(`nothing to pick ${purpose} from`);
      return chosen;
    },
    uuid(purpose) {
      const raw = Buffer.from(digest(purpose).subarray(0, 16));
      // Version 4, variant 1: consumers check the form, not the origin.
      raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
      raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
      const text = raw.toString('hex');
      return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
    },
  };
}

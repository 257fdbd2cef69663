import { createHash, type Hash } from 'node:crypto';
import type { Checksum } from '../image/checksum/parse-checksum.ts';
import { AgentError } from './agent-error.ts';

/** Hashes what passes and compares it in the end. */
export class Verifier {
  readonly #hash: Hash;
  readonly #expected: Checksum;

  constructor(expected: Checksum) {
    this.#expected = expected;
    this.#hash = createHash(expected.algorithm);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** @param subject where the bytes came from. @throws AgentError ImageChecksumError. */
  check(subject: string, bytes: number): void {
    const found = this.#hash.digest('hex');
    const { algorithm, value } = this.#expected;
    if (found !== value)
      throw new AgentError(
        'ImageChecksumError',
        `the image from ${subject} (${bytes} bytes) has ${algorithm} ${found}, expected was ${value}`,
      );
  }
}

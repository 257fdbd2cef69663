/**
 * SHA-crypt as crypt(3) has it (`$5$`, `$6$`), with the standard 5000 rounds: rescue passwords travel and rest hashed. Specification:
 * Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6.
 */
import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 5000;
const SALT_LENGTH = 16;

type Algorithm = 'sha256' | 'sha512';

/** @param algorithm `sha256` or `sha512`; anything else is taken for sha256, the safer default of `[conductor]rescue_password_hash_algorithm`. */
export function hashRescuePassword(password: string, algorithm: string): string {
  const salt = Array.from(randomBytes(SALT_LENGTH), (byte) => ALPHABET[byte % 64]).join('');
  return shaCrypt(password, salt, algorithm === 'sha512' ? 'sha512' : 'sha256');
}

/** Salt: up to 16 characters of the crypt alphabet. */
export function shaCrypt(password: string, salt: string, algorithm: Algorithm): string {
  const key = Buffer.from(password, 'utf8');
  const saltBytes = Buffer.from(salt.slice(0, SALT_LENGTH), 'utf8');
  const hash = (...parts: Uint8Array[]): Buffer => parts.reduce((h, part) => h.update(part), createHash(algorithm)).digest();

  const alternate = hash(key, saltBytes, key);
  const start: Uint8Array[] = [key, saltBytes, stretched(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) start.push(bits & 1 ? alternate : key);
  let digest = hash(...start);

  const p = stretched(hash(...Array.from({ length: key.length }, () => key)), key.length);
  const first = digest[0] ?? 0;
  const s = stretched(hash(...Array.from({ length: 16 + first }, () => saltBytes)), saltBytes.length);
  for (let round = 0; round < ROUNDS; round++) {
    const parts: Uint8Array[] = [round & 1 ? p : digest];
    if (round % 3) parts.push(s);
    if (round % 7) parts.push(p);
    parts.push(round & 1 ? digest : p);
    digest = hash(...parts);
  }
  return `$${algorithm === 'sha512' ? 6 : 5}$${saltBytes.toString('utf8')}$${encoded(digest)}`;
}

/** The bytes repeated and cut to `length`. */
function stretched(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** The specification's own base 64: three bytes taken a third of the digest apart, in rotating order. */
function encoded(digest: Buffer): string {
  const third = Math.floor(digest.length / 3);
  const wide = digest.length === 64;
  let out = '';
  let [a, b, c] = [0, third, 2 * third];
  for (let i = 0; i < third; i++) {
    out += group(digest[a] ?? 0, digest[b] ?? 0, digest[c] ?? 0, 4);
    // SHA-512 rotates one way, SHA-256 the other.
    [a, b, c] = wide ? [b + 1, c + 1, a + 1] : [c + 1, a + 1, b + 1];
  }
  return out + (wide ? group(0, 0, digest[63] ?? 0, 2) : group(0, digest[31] ?? 0, digest[30] ?? 0, 3));
}

function group(high: number, middle: number, low: number, count: number): string {
  let value = (high << 16) | (middle << 8) | low;
  let out = '';
  for (let i = 0; i < count; i++) {
    out += ALPHABET[value & 63];
    value >>= 6;
  }
  return out;
}

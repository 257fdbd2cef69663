import { WroughtError } from '../../model/errors.ts';

/** A digest that a file must have. */
export interface Checksum {
  /** Name as Node's crypto knows it: md5, sha256, sha512 … */
  readonly algorithm: string;
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** Hexadecimal digits of the digests that can be told by their length alone. */
const BY_LENGTH: Readonly<Record<number, string>> = { 32: 'md5', 64: 'sha256', 128: 'sha512' };
const DIGITS: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 };

/**
 * Reads a checksum as deployers give it: hexadecimal digits, or `algorithm:digits`.
 *
 * @param algorithm when it is given apart (`image_os_hash_algo`).
 * @throws INVALID_PARAMETER when it is none, its length does not fit, or MD5 is not allowed.
 */
export function parseChecksum(text: string, options: { algorithm?: string | null; allowMd5?: boolean } = {}): Checksum {
  const [prefix, rest] = text.includes(':') ? split(text.trim()) : [null, text.trim()];
  const value = rest.toLowerCase();
  if (!/^[0-9a-f]+$/.test(value)) refuse(`${JSON.stringify(shortened(text))} is no hexadecimal digest`);
  const algorithm = (options.algorithm ?? prefix ?? BY_LENGTH[value.length] ?? '').toLowerCase();
  if (algorithm === '') refuse(`a digest of ${value.length} digits belongs to none of MD5 (32), SHA-256 (64) and SHA-512 (128)`);
  const digits = DIGITS[algorithm];
  if (digits === undefined) refuse(`the algorithm ${JSON.stringify(shortened(algorithm))} is not supported; use sha256 or sha512`);
  if (digits !== value.length) refuse(`a digest of ${algorithm} has ${digits} digits, but ${value.length} were given`);
  if (algorithm === 'md5' && options.allowMd5 !== true) refuse('MD5 is not accepted, because files can be forged to match it; use sha256');
  return { algorithm, value };
}

/** True where the checksum is given as the address of a file that holds it. */
export function isChecksumUrl(text: string): boolean {
  return /^https?:\/\//i.test(text.trim());
}

function split(text: string): [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function refuse(reason: string): never {
  throw new WroughtError('INVALID_PARAMETER', `image checksum: ${reason}`);
}

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { compare, truncates } from 'bcryptjs';
import type { Clock } from '../../model/clock.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { Authenticator, Identity } from './authenticator.ts';
import { parseHtpasswd } from './htpasswd.ts';

const CACHE_ENTRIES = 256;
/** The file is looked at again at most once in this time. */
const RECHECK_MS = 1000;
/** Compared with for unknown users, so that their answer takes as long as a wrong password's. Nothing hashes to it. */
const NOBODY = '$2b$10$CCCCCCCCCCCCCCCCCCCCC.2222222222222222222222222222222';

function refusal(status: 400 | 401, message: string): Identity {
  const reply: Reply = {
    status,
    body: JSON.stringify({ error: { message, code: status } }),
    headers: status === 401 ? { 'www-authenticate': 'Basic realm="Baremetal API"' } : {},
  };
  return { refusal: reply };
}

/**
 * HTTP basic authentication against a bcrypt password file, which is read again when it changes. Results are remembered under a digest
 * of hash and password. @throws INVALID_PARAMETER when the file cannot be read or holds another digest.
 */
export function basicAuthenticator(file: string, clock: Clock): Authenticator {
  let loaded = load(file);
  let checkedAt = clock.now();
  const verified = new Map<string, boolean>();

  function users(): ReadonlyMap<string, string> {
    if (clock.now() - checkedAt >= RECHECK_MS) {
      checkedAt = clock.now();
      if (stamp(file) !== loaded.stamp) loaded = load(file);
    }
    return loaded.users;
  }

  async function verify(password: string, hash: string): Promise<boolean> {
    const key = createHash('sha256').update(hash).update('\0').update(password).digest('base64');
    const known = verified.get(key);
    const result = known ?? (!truncates(password) && (await compare(password, hash)));
    verified.delete(key);
    verified.set(key, result);
    const oldest = verified.keys().next().value;
    if (verified.size > CACHE_ENTRIES && oldest !== undefined) verified.delete(oldest);
    return result;
  }

  return {
    async identify(authorization) {
      if (authorization === undefined) return refusal(401, 'Authorization required');
      const credentials = parseBasic(authorization);
      if (!credentials) return refusal(400, 'Could not parse Authorization header');
      const hash = users().get(credentials.user);
      const right = await verify(credentials.password, hash ?? NOBODY);
      if (!right || hash === undefined) return refusal(401, 'Incorrect username or password');
      return { user: credentials.user, project: null };
    },
  };
}

/** `Basic base64(user:password)`; undefined when it is not that. */
export function parseBasic(header: string): { user: string; password: string } | undefined {
  const parts = header.trim().split(/\s+/);
  const [scheme, encoded] = parts;
  if (parts.length !== 2 || scheme?.toLowerCase() !== 'basic' || !encoded || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
    const colon = text.indexOf(':');
    return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    // Not UTF-8: not credentials.
    return undefined;
  }
}

function stamp(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}:${size}:${ino}`;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function load(file: string): { users: ReadonlyMap<string, string>; stamp: string } {
  const at = stamp(file);
  try {
    return { users: parseHtpasswd(readFileSync(file, 'utf8'), file), stamp: at };
  } catch (error) {
    throw error instanceof WroughtError ? error : unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): WroughtError {
  return new WroughtError(
    'INVALID_PARAMETER',
    `The password file ${file} ([DEFAULT]http_basic_auth_user_file) cannot be read: ${messageOf(error)}`,
    {
      cause: error,
      status: 500,
    },
  );
}

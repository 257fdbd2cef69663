import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { MASK } from './secret.ts';

/** A value is masked when its key, in lower case, contains one of these. */
const FRAGMENTS = [
  'adminpass',
  'admin_pass',
  'password',
  'auth_token',
  'new_pass',
  'secret',
  'sys_pswd',
  'token',
  'configdrive',
  'encrypted_key',
  'private_key',
  'fernetkey',
  'sslkey',
  'passphrase',
  'rabbitcookie',
  'cephclientkey',
  'keystonecredential',
  'migrationsshkey',
];

/** Keys masked at the top level of one attribute only, beside the fragments. */
const TOP_LEVEL: Readonly<Record<string, readonly string[]>> = {
  driver_info: ['snmp_auth_key', 'snmp_priv_key'],
  instance_info: ['configdrive', 'image_url'],
};

/** Recursion bound; stored documents are at most 25 deep. */
const MAX_DEPTH = 64;

/**
 * `password = abc`, `"admin_password": "abc"`, `token=abc` inside text: the value part, quoted or bare, is masked. Every repetition is bounded, because the
 * text may be an agent's: an unbounded one makes a long word cost its length squared.
 */
const IN_TEXT = new RegExp(
  String.raw`((?:${FRAGMENTS.join('|')})[\w-]{0,64}["']?\s{0,8}[:=]\s{0,8})(?:(["'])[^\n]{1,4096}?\2|["']?[^\s"',;&}]{1,4096})`,
  'gi',
);

/** True when a value under `key` must not be shown. */
export function isSecretKey(key: string): boolean {
  const lower = key.toLowerCase();
  return FRAGMENTS.some((fragment) => lower.includes(fragment));
}

/** Text with the values of secret-looking assignments masked. */
export function maskText(text: string): string {
  return /[:=]/.test(text) ? text.replace(IN_TEXT, `$1$2${MASK}$2`) : text;
}

/**
 * A copy of a JSON document as it may be shown: values under secret-looking keys are masked at every depth. An object under such a key is
 * searched, not replaced; a list under it is replaced as a whole, for its items have no key to judge by. `attribute` names the node field the document is of, for its own additional keys.
 */
export function maskSecrets(document: JsonObject, attribute?: string): JsonObject {
  const masked = maskObject(document, 0);
  for (const key of (attribute === undefined ? undefined : TOP_LEVEL[attribute]) ?? []) {
    const value = masked[key];
    if (value !== undefined && value !== null && value !== '') masked[key] = MASK;
  }
  return masked;
}

function maskObject(document: JsonObject, depth: number): JsonObject {
  const shown: JsonObject = {};
  for (const [key, value] of Object.entries(document)) {
    if (value === undefined) continue;
    const keyless = !isJsonObject(value);
    // defineProperty, so that a stored key named __proto__ stays an ordinary key.
    Object.defineProperty(shown, key, {
      value: keyless && isSecretKey(key) ? MASK : maskValue(value, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return shown;
}

function maskValue(value: Json, depth: number): Json {
  if (depth > MAX_DEPTH) return MASK;
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  return isJsonObject(value) ? maskObject(value, depth) : value;
}

import type { Json, JsonObject } from './json.ts';
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

/** `password = abc`, `"admin_password": "abc"`, `token=abc` inside text: the value part is group 2. */
const IN_TEXT = new RegExp(String.raw`((?:[\w-]*(?:${FRAGMENTS.join('|')})[\w-]*)["']?\s*[:=]\s*["']?)([^\s"',;&}]{1,4096})`, 'gi');

/** True when a value under `key` must not be shown. */
export function isSecretKey(key: string): boolean {
  const lower = key.toLowerCase();
  return FRAGMENTS.some((fragment) => lower.includes(fragment));
}

/** Text with the values of secret-looking assignments masked. */
export function maskText(text: string): string {
  return /[:=]/.test(text) ? text.replace(IN_TEXT, `$1${MASK}`) : text;
}

/**
 * A copy of a JSON document as it may be shown: values under secret-looking keys are masked at every depth, objects and lists under
 * such keys are searched, not replaced. `attribute` names the node field the document is of, for its own additional keys.
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
    const scalar = value === null || typeof value !== 'object';
    // defineProperty, so that a stored key named __proto__ stays an ordinary key.
    Object.defineProperty(shown, key, {
      value: scalar && isSecretKey(key) ? MASK : maskValue(value, depth + 1),
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
  return value !== null && typeof value === 'object' ? maskObject(value, depth) : value;
}

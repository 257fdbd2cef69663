import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { AgentError } from './agent-error.ts';

/** What the conductor says about the image to write, read and checked. */
export interface ImageInfo {
  readonly id: string;
  readonly urls: readonly string[];
  /** Declared format in lower case; null when any permitted one will do. */
  readonly diskFormat: string | null;
  /** Null: by length of the checksum. */
  readonly hashAlgo: string | null;
  /** Hexadecimal digest, or the URL of a checksum file. */
  readonly hashValue: string;
  readonly partitionImage: boolean;
  /** Value of the Authorization header for the image server. */
  readonly authorization: string | null;
  readonly proxies: Readonly<Record<string, string>>;
  readonly noProxy: readonly string[];
  readonly configdrive: Json | undefined;
}

const MAX_URLS = 16;
const MAX_URL = 8192;

/**
 * Reads `image_info`. There is no way to write without a checksum; MD5 counts only where the conductor allows it.
 *
 * @throws AgentError InvalidCommandParamsError naming the key.
 */
export function parseImageInfo(value: Json | undefined, md5Allowed: boolean): ImageInfo {
  if (!isJsonObject(value)) throw refuse('image_info must be an object');
  const id = text(value, 'id');
  if (id === null) throw refuse('image_info: id is missing');
  return {
    id: id.slice(0, 256),
    urls: urlsOf(value),
    diskFormat: formatOf(value),
    ...checksumOf(value, md5Allowed),
    partitionImage: value.image_type === 'partition',
    authorization: authorizationOf(value),
    proxies: stringMap(value.proxies),
    noProxy: (text(value, 'no_proxy') ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()])),
    configdrive: value.configdrive,
  };
}

function urlsOf(info: JsonObject): string[] {
  const { urls } = info;
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > MAX_URLS)
    throw refuse(`image_info: urls must be a list of 1 to ${MAX_URLS} URLs`);
  return urls.map((url) => {
    if (typeof url !== 'string' || url.length > MAX_URL || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw refuse(`image_info: ${JSON.stringify(url)?.slice(0, 200)} is not an http(s) URL`);
    return url;
  });
}

function formatOf(info: JsonObject): string | null {
  const format = text(info, 'disk_format')?.toLowerCase() ?? null;
  return format === 'unknown' ? null : format;
}

function checksumOf(info: JsonObject, md5Allowed: boolean): Pick<ImageInfo, 'hashAlgo' | 'hashValue'> {
  const [checksum, algo, value] = [text(info, 'checksum'), text(info, 'os_hash_algo'), text(info, 'os_hash_value')];
  if ((algo === null) !== (value === null)) throw refuse('image_info: os_hash_algo and os_hash_value must be given together');
  if (algo !== null && value !== null) {
    if (algo.toLowerCase() === 'md5' && !md5Allowed) throw refuse('image_info: MD5 checksums are not allowed (os_hash_algo)');
    return { hashAlgo: algo.toLowerCase(), hashValue: value };
  }
  if (checksum === null)
    throw refuse('image_info: a checksum is missing (os_hash_algo with os_hash_value, or checksum): images are never written unchecked');
  const prefixed = /^(md5|sha256|sha512):([0-9a-f]+)$/i.exec(checksum);
  const found = { hashAlgo: prefixed?.[1]?.toLowerCase() ?? null, hashValue: prefixed?.[2] ?? checksum };
  if (found.hashValue.length <= 32 && !md5Allowed) throw refuse('image_info: MD5 checksums are not allowed (checksum)');
  return found;
}

/** A ready header value beats user and password. */
function authorizationOf(info: JsonObject): string | null {
  const ready = text(info, 'image_request_authorization');
  if (ready !== null) return Buffer.from(ready, 'base64').toString('utf8');
  if (text(info, 'image_server_auth_strategy') !== 'http_basic') return null;
  const [user, password] = [text(info, 'image_server_user'), text(info, 'image_server_password')];
  if (user === null || password === null) throw refuse('image_info: image_server_user and image_server_password are needed for http_basic');
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function text(info: JsonObject, key: string): string | null {
  const value = info[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || value === '' || value.length > MAX_URL)
    throw refuse(`image_info: ${key} must be a text that is not empty`);
  return value;
}

function stringMap(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])));
}

function refuse(message: string): AgentError {
  return new AgentError('InvalidCommandParamsError', message);
}

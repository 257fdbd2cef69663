import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { messageOf, WroughtError } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isoBuffer } from '../protocol/iso9660/write-iso.ts';

/** The JSON form of a config drive (API 1.56 and later). */
export interface ConfigDriveParts {
  readonly meta_data?: JsonObject | null;
  readonly network_data?: JsonObject | null;
  readonly user_data?: Json;
  readonly vendor_data?: JsonObject | null;
}

/** Volume label that instances look for. */
export const CONFIG_DRIVE_LABEL = 'config-2';
/** Bytes a decoded drive may have; larger ones do not fit the partition made for them. */
export const MAX_CONFIG_DRIVE = 64 << 20;
/** Dated directory beside `latest`: the oldest that readers of the format know. */
const VERSIONS = ['latest', '2012-08-10'];
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Builds the ISO 9660 image. `meta_data` gets the node's `uuid` and `name` where it has none of its own.
 *
 * @param node identity put into the metadata.
 * @param date date of the files; fixed ones make equal drives equal.
 */
export async function buildConfigDrive(
  parts: ConfigDriveParts,
  node: { uuid?: string; name?: string | null } = {},
  date = new Date(0),
): Promise<Buffer> {
  const identity = { ...(node.uuid ? { uuid: node.uuid } : {}), ...(node.name ? { name: node.name } : {}) };
  const files = new Map<string, Buffer>([['meta_data.json', json({ ...identity, ...parts.meta_data })]]);
  if (!isEmpty(parts.network_data)) files.set('network_data.json', json(parts.network_data));
  if (!isEmpty(parts.vendor_data)) files.set('vendor_data2.json', json(parts.vendor_data));
  if (!isEmpty(parts.user_data))
    files.set('user_data', typeof parts.user_data === 'string' ? Buffer.from(parts.user_data) : json(parts.user_data));
  return isoBuffer({
    label: CONFIG_DRIVE_LABEL,
    publisher: 'Wrought',
    date,
    files: VERSIONS.flatMap((version) => [...files].map(([name, content]) => ({ path: `openstack/${version}/${name}`, content }))),
  });
}

/** The text form that the API and the agent take: gzip, then base64. */
export async function encodeConfigDrive(image: Uint8Array): Promise<string> {
  return (await promisify(gzip)(image)).toString('base64');
}

/** Fetches the content of a config drive URL, at most `maxBytes` of it. */
export type FetchConfigDrive = (url: string, maxBytes: number) => Promise<Buffer>;

/**
 * Decodes what stands in `instance_info.configdrive` or comes with a write command: base64 of gzip, or the URL of that or of a raw
 * image.
 *
 * @throws INVALID_PARAMETER when it is neither, or larger than `maxBytes` after decompression.
 */
export async function decodeConfigDrive(text: string, fetch: FetchConfigDrive, maxBytes = MAX_CONFIG_DRIVE): Promise<Buffer> {
  if (!text.includes('://')) return unpack(decodeBase64(text) ?? refuse('its text is not base64'), maxBytes);
  // Base64 grows by a third, and gzip of noise a little.
  const content = await fetch(text, maxBytes * 2);
  const decoded = decodeBase64(content.toString('latin1'));
  return decoded === null ? withinLimit(await unpackIfPacked(content, maxBytes), maxBytes) : unpack(decoded, maxBytes);
}

/** Strict base64, white space allowed; null when the text is something else. */
function decodeBase64(text: string): Buffer | null {
  const plain = text.replace(/\s+/g, '');
  if (plain === '' || plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return null;
  return Buffer.from(plain, 'base64');
}

async function unpack(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (!bytes.subarray(0, 2).equals(GZIP_MAGIC)) refuse('its decoded text is not gzip');
  return unpackIfPacked(bytes, maxBytes);
}

async function unpackIfPacked(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (!bytes.subarray(0, 2).equals(GZIP_MAGIC)) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    return refuse(`it cannot be decompressed into at most ${maxBytes} bytes (${messageOf(error)})`);
  }
}

function withinLimit(bytes: Buffer, maxBytes: number): Buffer {
  return bytes.length <= maxBytes ? bytes : refuse(`it has ${bytes.length} bytes, more than ${maxBytes}`);
}

function refuse(reason: string): never {
  throw new WroughtError('INVALID_PARAMETER', `config drive: ${reason}`);
}

function json(value: Json | undefined): Buffer {
  return Buffer.from(JSON.stringify(value ?? {}));
}

function isEmpty(value: Json | undefined): boolean {
  return value === null || value === undefined || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

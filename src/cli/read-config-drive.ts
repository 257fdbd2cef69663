import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { UsageError } from './cli-error.ts';

const LIMIT = 64 * 1024 * 1024;

/**
 * A config drive as the API takes it, from what people have: JSON parts (`{"meta_data": …, "user_data": …}`) as text or file, an ISO
 * file, the base64 text of a gzipped ISO, or a URL, which the service fetches. Throws UsageError.
 */
export async function readConfigDrive(source: string): Promise<string | JsonObject> {
  if (/^https?:\/\//.test(source)) return source;
  if (source.trimStart().startsWith('{')) return parseParts(source);
  const found = await stat(source).catch(() => null);
  if (found === null) {
    if (/^[A-Za-z0-9+/=\s]{64,}$/.test(source)) return source;
    throw new UsageError(`--configdrive: "${source.slice(0, 80)}" is neither JSON, a URL nor a file`);
  }
  if (!found.isFile()) throw new UsageError(`--configdrive: ${source} is not a file; give JSON parts or an ISO 9660 file`);
  if (found.size > LIMIT) throw new UsageError(`--configdrive: ${source} has ${found.size} bytes, at most ${LIMIT} are taken`);
  const bytes = await readFile(source);
  if (bytes.subarray(0x8001, 0x8006).toString('latin1') === 'CD001') return (await promisify(gzip)(bytes)).toString('base64');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return bytes.toString('base64');
  const text = bytes.toString('utf8').trim();
  return text.startsWith('{') ? parseParts(text) : text;
}

function parseParts(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--configdrive: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isJsonObject(value)) throw new UsageError('--configdrive: the JSON must be an object with meta_data, user_data, network_data');
  return value;
}

import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../model/json.ts';

/** Members that change by themselves; an ETag that followed them would refuse every conditional write. */
const VOLATILE = new Set([
  'DateTime',
  'PowerState',
  'BootProgress',
  'Oem',
  'Status',
  'HostName',
  'Temperatures',
  'PowerControl',
  'PowerSupplies',
  'Fans',
]);

/** The strong ETag of a resource body, with its quotation marks. */
export function etagOf(body: JsonObject): string {
  const stable = JSON.stringify(body, (name: string, value: Json) => (VOLATILE.has(name) ? undefined : value));
  return `"${createHash('sha1').update(stable).digest('hex').slice(0, 16)}"`;
}

/** Whether a list of ETags of a conditional header names this one; weak ones count by their value. */
export function etagListed(header: string, etag: string): boolean {
  return header.split(',').some((item) => {
    const tag = item.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag;
  });
}

import { isJsonObject, type Json } from '../../src/model/json.ts';
import type { CompatRequest } from './request.ts';

/** What is compared of an answer. */
export interface Observation {
  readonly status: number;
  /** Form of an error's body: A endpoint, B routing, C unread body; `none` without a body, `data` for a document, `text` for no JSON. */
  readonly shape: string;
  /** Keys of the body, and of the first element of each list of objects in it. */
  readonly keys: string;
  /** Microversion that the answer says it has, and whether it names a location. */
  readonly headers: string;
  /** Begin of the body, for whoever looks into a difference; not compared. */
  readonly text: string;
}

export type Part = Exclude<keyof Observation, 'text'>;
export const PARTS: readonly Part[] = ['status', 'shape', 'keys', 'headers'];

/** Sends a request and boils the answer down. */
export async function observe(apiUrl: string, request: CompatRequest): Promise<Observation> {
  const { version, body } = request;
  const answer = await fetch(`${apiUrl}${request.path}`, {
    method: request.method,
    redirect: 'manual',
    headers: {
      ...(version === null ? {} : { 'x-openstack-ironic-api-version': typeof version === 'number' ? `1.${version}` : version }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const document = parse(text);
  const shape = shapeOf(text, document);
  return {
    status: answer.status,
    shape,
    keys: shape === 'data' ? keysOf(document) : '',
    headers: `${answer.headers.get('x-openstack-ironic-api-version')}${answer.headers.has('location') ? ' location' : ''}`,
    text: text.slice(0, 300),
  };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // A body that is no JSON is a finding, not a failure of the test.
    return undefined;
  }
}

function shapeOf(text: string, document: Json | undefined): string {
  if (text === '') return 'none';
  if (document === undefined) return 'text';
  if (!isJsonObject(document)) return 'data';
  if ('faultcode' in document) return 'C';
  if (!('error_message' in document)) return 'data';
  const inner = typeof document.error_message === 'string' ? parse(document.error_message) : document.error_message;
  if (!isJsonObject(inner)) return 'error without form';
  if ('faultstring' in inner) return 'A';
  return 'title' in inner ? 'B' : `error of ${Object.keys(inner).sort().join(' ')}`;
}

/** Attributes whose content a client gave or a driver made up: their keys are no part of the contract. */
const FREE = new Set(['extra', 'properties', 'driver_info', 'instance_info', 'driver_internal_info', 'internal_info']);

function keysOf(document: Json | undefined): string {
  if (!isJsonObject(document)) return Array.isArray(document) ? `list of ${typeof document[0]}` : typeof document;
  const own = Object.keys(document).sort().join(' ');
  const lists = Object.entries(document).flatMap(([key, value]) => {
    const first = Array.isArray(value) ? value[0] : undefined;
    return isJsonObject(first) && !FREE.has(key) ? [`${key}[]: ${Object.keys(first).sort().join(' ')}`] : [];
  });
  return [own, ...lists.sort()].join('; ');
}

import { isJsonObject, type JsonObject } from '../model/json.ts';

/** The node as lookup and commands show it to the agent. */
export interface KnownNode extends JsonObject {
  uuid: string;
  properties: JsonObject;
  instance_info: JsonObject;
}

/** What a lookup brought. */
export interface LookupAnswer {
  readonly node: KnownNode;
  /** Seconds: upper bound for the time between heartbeats. */
  readonly heartbeatTimeout: number;
  /** A token of 32 or more characters; `kept` when the conductor has given it out already; null when it is unusable. */
  readonly token: string | 'kept' | null;
  readonly md5Allowed: boolean;
  readonly permittedFormats: readonly string[] | null;
  readonly skipFormatInspection: boolean;
}

/** Reads a lookup answer. @throws Error naming what is missing. */
export function parseLookupAnswer(value: unknown): LookupAnswer {
  if (!isJsonObject(value)) throw new Error('lookup: the answer is not a JSON object');
  const node = knownNode(value.node);
  if (node === undefined) throw new Error('lookup: the answer holds no node with a uuid');
  const config = isJsonObject(value.config) ? value.config : undefined;
  const timeout = config?.heartbeat_timeout ?? value.heartbeat_timeout;
  if (typeof timeout !== 'number' || !(timeout > 0)) throw new Error('lookup: the answer holds no heartbeat_timeout');
  const formats = config?.permitted_image_formats;
  return {
    node,
    heartbeatTimeout: timeout,
    token: tokenOf(config?.agent_token),
    md5Allowed: config?.agent_md5_checksum_enable !== false,
    permittedFormats: Array.isArray(formats) ? formats.filter((each) => typeof each === 'string') : null,
    skipFormatInspection: config?.disable_deep_image_inspection === true,
  };
}

/** A node record with at least a uuid; missing objects become empty ones. Undefined when it is none. */
export function knownNode(value: unknown): KnownNode | undefined {
  if (!isJsonObject(value) || typeof value.uuid !== 'string' || value.uuid === '') return undefined;
  return {
    ...value,
    uuid: value.uuid,
    properties: isJsonObject(value.properties) ? value.properties : {},
    instance_info: isJsonObject(value.instance_info) ? value.instance_info : {},
  };
}

function tokenOf(value: unknown): LookupAnswer['token'] {
  if (typeof value !== 'string') return null;
  if (/^\*+$/.test(value)) return 'kept';
  return value.length >= 32 ? value : null;
}

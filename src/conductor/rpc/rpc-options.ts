import type { Config } from '../../config/config.ts';
import { Secret } from '../../model/secret.ts';

/** `[wrought]rpc_secret`; null when there is none. */
export function rpcSecret(config: Config): Secret | null {
  const text = config.optionalString('wrought', 'rpc_secret');
  return text === null || text === '' ? null : new Secret(text);
}

/** Longest call or answer in bytes: what the API takes, with room for the envelope and for text that grows by escaping. */
export function maxRpcBody(config: Config): number {
  const kib = ['max_json_body_size', 'max_json_body_size_provision', 'max_json_body_size_inspection'];
  return Math.max(...kib.map((name) => config.integer('api', name))) * 2048 + 65_536;
}

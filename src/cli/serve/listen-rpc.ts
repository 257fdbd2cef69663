import { maxRpcBody, rpcSecret } from '../../conductor/rpc/rpc-options.ts';
import { type RpcServer, startRpcServer } from '../../conductor/rpc/start-rpc-server.ts';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { httpUrl, reachableHost } from './addresses.ts';
import { listenError } from './listen-error.ts';

/** The peer's ways to prove and hide a call; here it is sealed with the shared secret. */
const WITHOUT_EFFECT = [
  'auth_strategy',
  'http_basic_auth_user_file',
  'use_ssl',
  'client_use_ssl',
  'cert_file',
  'key_file',
  'unix_socket',
] as const;

/** Opens the listener of `[json_rpc]`; the URL is what the register tells of it. Throws CommandFailure, INVALID_PARAMETER. */
export async function listenRpc(parts: {
  config: Config;
  hostname: string;
  clock: Clock;
  log: Logger;
}): Promise<{ server: RpcServer; url: string }> {
  const { config, hostname, clock, log } = parts;
  const host = config.string('json_rpc', 'host_ip');
  const port = config.integer('json_rpc', 'port');
  const ignored = WITHOUT_EFFECT.filter((name) => config.isSet('json_rpc', name));
  if (ignored.length > 0)
    log.warn(
      { group: 'json_rpc', options: ignored },
      'options without effect: calls between processes are proved by [wrought]rpc_secret, over plain HTTP',
    );
  try {
    const server = await startRpcServer({ host, port, hostname, secret: rpcSecret(config), maxBody: maxRpcBody(config), clock, log });
    const own = reachableHost(host, config.string('DEFAULT', 'my_ip'), config.string('DEFAULT', 'my_ipv6'));
    return { server, url: config.optionalString('wrought', 'rpc_url') ?? httpUrl(own, server.port) };
  } catch (error) {
    throw listenError(error, 'the conductor', host, port, '[json_rpc]host_ip and port');
  }
}

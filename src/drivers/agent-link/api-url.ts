import type { Config } from '../../config/config.ts';

/**
 * Base URL under which ramdisks reach the API, without trailing slash: `[deploy]external_callback_url` where the ramdisk boots from
 * virtual media (it may stand outside of the provisioning network), else `[api]public_endpoint`, else the address the API listens on.
 */
export function apiUrlForRamdisk(config: Config, virtualMedia = false): string {
  const external = virtualMedia ? config.optionalString('deploy', 'external_callback_url') : null;
  return (external ?? config.optionalString('api', 'public_endpoint') ?? listenUrl(config)).replace(/\/+$/, '');
}

function listenUrl(config: Config): string {
  const listen = config.string('api', 'host_ip');
  // "Every address" is no address that a machine could call.
  const host = listen === '0.0.0.0' || listen === '::' ? config.string('DEFAULT', 'my_ip') : listen;
  const scheme = config.boolean('api', 'enable_ssl_api') ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${config.integer('api', 'port')}`;
}

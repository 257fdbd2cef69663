import { isIPv6 } from 'node:net';

/** An http URL; IPv6 addresses get their brackets. */
export function httpUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** The address under which others reach a socket that listens on `host`: a wildcard gives way to the machine's own address. */
export function reachableHost(host: string, ownIpv4: string, ownIpv6: string): string {
  if (host === '0.0.0.0') return ownIpv4;
  return host === '::' ? ownIpv6 : host;
}

import type { IncomingHttpHeaders } from 'node:http';

const HOST = /^[A-Za-z0-9.\-_]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;

/**
 * Base URL of links, without a trailing slash: the configured public endpoint; else what a trusted proxy forwarded; else the request's
 * own scheme and host. A host that is not one (headers are the client's to choose) falls back to the address that was connected to.
 */
export function publicBase(request: {
  configured: string | null;
  trustForwarded: boolean;
  encrypted: boolean;
  headers: IncomingHttpHeaders;
  localAddress: string;
}): string {
  if (request.configured) return request.configured.replace(/\/+$/, '');
  const forwarded = request.trustForwarded;
  const scheme = (forwarded && first(request.headers['x-forwarded-proto'])) || (request.encrypted ? 'https' : 'http');
  const host = (forwarded && first(request.headers['x-forwarded-host'])) || request.headers.host || '';
  const prefix = (forwarded && first(request.headers['x-forwarded-prefix'])?.replace(/\/+$/, '')) || '';
  return `${/^https?$/.test(scheme) ? scheme : 'http'}://${HOST.test(host) ? host : request.localAddress}${/^[\w\-./~]*$/.test(prefix) ? prefix : ''}`;
}

function first(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();
}

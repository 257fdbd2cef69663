import { isIPv6 } from 'node:net';

/**
 * Reads `redfish_address`: https is added where there is no scheme, a bare IPv6 address gets its brackets. The problem is a clause that
 * follows "driver_info: " and repeats no credentials.
 */
export function parseRedfishAddress(value: unknown): { url: string } | { problem: string } {
  if (typeof value !== 'string') return { problem: 'Invalid Redfish address: redfish_address must be text' };
  const text = value.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${isIPv6(text) ? `[${text}]` : text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return { problem: 'Invalid Redfish address: redfish_address is not a URL' };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { problem: 'Invalid Redfish address: redfish_address must be an http or https URL' };
  if (url.hostname === '') return { problem: 'Invalid Redfish address: redfish_address names no host' };
  if (url.username !== '' || url.password !== '') {
    return { problem: 'Invalid Redfish address: credentials belong into redfish_username and redfish_password' };
  }
  if (url.search !== '' || url.hash !== '')
    return { problem: 'Invalid Redfish address: redfish_address must have no query and no fragment' };
  return { url: url.origin + (url.pathname === '/' ? '' : url.pathname) };
}

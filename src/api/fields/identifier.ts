const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const LOGICAL_NAME = /^[A-Za-z0-9\-._~]{1,255}$/;
const HOST_LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_NAME = new RegExp(`^${HOST_LABEL}(?:\\.${HOST_LABEL})*$`);
const MAC = /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$/;

/** From this version names may hold any RFC 3986 unreserved character; before, they are host names. */
export const LOGICAL_NAME_SINCE = 10;

/** Canonical 8-4-4-4-12 form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** True for the characters a name may have in any version (RFC 3986 section 2.3). */
export function isLogicalName(text: string): boolean {
  return LOGICAL_NAME.test(text);
}

/** True when `name` is well formed at the version: host name up to 1.9, logical name from 1.10. */
export function isNameAt(name: string, minor: number): boolean {
  return minor >= LOGICAL_NAME_SINCE ? isLogicalName(name) : name.length <= 255 && HOST_NAME.test(name);
}

/** Six colon-separated octets. */
export function isMac(text: string): boolean {
  return MAC.test(text);
}

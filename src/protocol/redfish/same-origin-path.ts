/**
 * Where a link of an answer leads, as a path on the same host; null when it leads to another host or is no link. A BMC must not be able
 * to send our credentials elsewhere.
 */
export function sameOriginPath(base: string, current: string, link: string): string | null {
  try {
    const home = new URL(base);
    const url = new URL(link, new URL(current, home.origin));
    if (url.origin !== home.origin || url.username !== '' || url.password !== '') return null;
    return url.pathname + url.search;
  } catch {
    return null;
  }
}

/**
 * The relative path that a request target names, safe to join to a directory: no `..`, no empty or hidden part, no NUL, no backslash.
 * Null where there is none. Leading slashes are merged, because some firmware doubles them.
 */
export function pathInUrl(target: string): string | null {
  const raw = target.replace(/[?#].*$/s, '').replace(/^\/+/, '');
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return null;
  }
  const parts = path.split('/');
  return parts.every((part) => part !== '' && !part.startsWith('.') && !/[\0\\]/.test(part)) ? path : null;
}

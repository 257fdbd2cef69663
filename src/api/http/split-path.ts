import { RoutingError } from './error-replies.ts';

/** The two ways into the API: `/` is the root document, everything else lies at or below the (optional) `/v1`. */
export interface SplitPath {
  readonly root: boolean;
  /** Decoded segments below `/v1`; empty for `/v1` itself. */
  readonly segments: readonly string[];
  /** The same, as the client encoded them. */
  readonly raw: string;
  readonly jsonSuffix: boolean;
}

/**
 * Splits a request path: `/v1` is optional, one trailing slash is ignored. With `stripJson` a trailing `.json` is taken off the last
 * segment, as clients before 1.91 wrote it. @throws RoutingError 400 for empty segments or a broken percent-encoding.
 */
export function splitPath(path: string, stripJson: boolean): SplitPath {
  if (path === '/' || path === '') return { root: true, segments: [], raw: '', jsonSuffix: false };
  const parts = path.split('/').slice(1);
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  if (parts.some((part) => part === '')) throw new RoutingError(400, 'The path has an empty segment');
  if (parts[0] === 'v1') parts.shift();
  const last = parts.at(-1);
  const jsonSuffix = stripJson && last !== undefined && last.length > 5 && last.endsWith('.json');
  if (jsonSuffix) parts[parts.length - 1] = last.slice(0, -5);
  return { root: false, segments: parts.map(decode), raw: parts.map((part) => `/${part}`).join(''), jsonSuffix };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RoutingError(400, `The path segment ${part.slice(0, 100)} is not percent-encoded UTF-8`);
  }
}

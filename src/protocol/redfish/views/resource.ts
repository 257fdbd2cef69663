import { type Reader, read } from './reader.ts';

/** What every parsed resource says of itself. */
export interface ResourceView {
  /** `@odata.id`, or the path it was asked under. */
  readonly path: string;
  readonly id: string | null;
  readonly name: string | null;
  /** ETag of the answer, for conditional writes. */
  readonly etag: string | null;
  /** What was wrong in the answer and where; empty is the normal case. */
  readonly problems: readonly string[];
}

/** A decoded answer with where it came from. */
export interface Answer {
  readonly status: number;
  /** Path it was asked under (after redirects). */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Starts reading a resource. */
export function readResource(answer: Answer): { reader: Reader; view: ResourceView } {
  const reader = read(answer.body);
  const etag = answer.headers.etag ?? reader.text('@odata.etag') ?? '';
  return {
    reader,
    view: {
      path: answer.path,
      id: reader.text('Id'),
      name: reader.text('Name'),
      etag: etag.trim() === '' || etag === '""' || etag === 'W/""' ? null : etag.trim(),
      problems: reader.problems,
    },
  };
}

/** `Status` of a resource. */
export interface StatusView {
  readonly state: string | null;
  readonly health: 'OK' | 'Warning' | 'Critical' | null;
}

export function readStatus(reader: Reader): StatusView {
  const status = reader.object('Status');
  return { state: status.text('State'), health: status.oneOf('Health', ['OK', 'Warning', 'Critical']) };
}

/** Paths of a collection's members. */
export function parseMembers(answer: Answer): { members: readonly string[]; next: string | null } {
  const { reader } = readResource(answer);
  return { members: reader.links('Members'), next: reader.text('Members@odata.nextLink') };
}

/** What a handler answers: `body` is finished JSON text; without one there is no body and no content type. */
export interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** 200 with JSON text. */
export function ok(body: string): Reply {
  return { status: 200, body };
}

/** 200 with a value that is serialised here: for small documents that no field table describes. */
export function okJson(value: unknown): Reply {
  return { status: 200, body: JSON.stringify(value) };
}

/** 201 with the new resource and its place. */
export function created(body: string, location: string): Reply {
  return { status: 201, body, headers: { location } };
}

/** 202: work goes on; nothing to say. */
export function accepted(location?: string): Reply {
  return location === undefined ? { status: 202 } : { status: 202, headers: { location } };
}

/** 204: done; nothing to say. */
export function done(location?: string): Reply {
  return location === undefined ? { status: 204 } : { status: 204, headers: { location } };
}

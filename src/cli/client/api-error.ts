/** The service refused a request, or could not be reached (status 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * The sentence in an error answer: `error_message.faultstring`, where `error_message` may be an object or JSON text within the JSON;
 * else the body itself, shortened.
 */
export function faultOf(body: string): string {
  const outer = field(parse(body), 'error_message');
  const inner = typeof outer === 'string' ? (field(parse(outer), 'faultstring') ?? outer) : field(outer, 'faultstring');
  if (typeof inner === 'string' && inner !== '') return inner;
  return body.trim().slice(0, 300) || 'no explanation';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

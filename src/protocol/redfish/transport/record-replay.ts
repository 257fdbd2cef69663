import { read } from '../views/reader.ts';
import type { RedfishRequest, RedfishResponse, RedfishTransport } from './redfish-transport.ts';

/** One exchange of a capture, free of credentials. */
export interface CapturedExchange {
  readonly method: RedfishRequest['method'];
  readonly path: string;
  readonly requestBody: string | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const MASK = '******';
const SECRET_MEMBERS = /^(password|username|token|x-auth-token)$/i;

/** Passes everything through and hands a masked copy to `keep`. */
export function recordingTransport(inner: RedfishTransport, keep: (exchange: CapturedExchange) => void): RedfishTransport {
  return {
    async send(request, signal) {
      const response = await inner.send(request, signal);
      keep({
        method: request.method,
        path: request.path,
        requestBody: request.body === undefined ? null : maskBody(request.body),
        status: response.status,
        headers: maskHeaders(response.headers),
        body: maskBody(response.body),
      });
      return response;
    },
    close: () => inner.close(),
  };
}

/**
 * Answers from a capture: equal requests get their recorded answers in order, the last one again and again. A request that the capture
 * does not hold is answered 404, with a text that says so.
 */
export function replayTransport(capture: readonly CapturedExchange[]): RedfishTransport & { readonly unknown: readonly string[] } {
  const answers = new Map<string, CapturedExchange[]>();
  for (const exchange of capture) {
    const key = keyOf(exchange.method, exchange.path, exchange.requestBody);
    answers.set(key, [...(answers.get(key) ?? []), exchange]);
  }
  const unknown: string[] = [];
  return {
    unknown,
    async send(request) {
      const body = request.body === undefined ? null : maskBody(request.body);
      const list = answers.get(keyOf(request.method, request.path, body));
      const found = list && list.length > 1 ? list.shift() : list?.[0];
      if (found) return { status: found.status, headers: found.headers, body: found.body };
      unknown.push(`${request.method} ${request.path}`);
      return { status: 404, headers: {}, body: JSON.stringify({ error: { message: 'the capture does not hold this request' } }) };
    },
    async close() {},
  };
}

/** Reads a capture file's content. @throws RangeError naming the entry that is none. */
export function parseCapture(value: unknown): CapturedExchange[] {
  if (!Array.isArray(value)) throw new RangeError('a capture is a list of exchanges');
  return value.map((item, index) => {
    const entry = read(item, `[${index}]`);
    const method = entry.oneOf('method', ['GET', 'POST', 'PATCH', 'DELETE']);
    const path = entry.text('path');
    const status = entry.number('status');
    const body = entry.text('body');
    if (method === null || path === null || status === null || body === null) {
      throw new RangeError(`entry ${index} of the capture lacks method, path, status or body`);
    }
    const headers = entry.object('headers');
    const pairs = headers.keys().map((name): [string, string] => [name, headers.text(name) ?? '']);
    return { method, path, requestBody: entry.text('requestBody'), status, headers: Object.fromEntries(pairs), body };
  });
}

function keyOf(method: string, path: string, body: string | null): string {
  return JSON.stringify([method, path, body]);
}

function maskHeaders(headers: RedfishResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, /^(x-auth-token|set-cookie)$/.test(name) ? MASK : value]),
  );
}

function maskBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), (key, value) =>
      SECRET_MEMBERS.test(key) && typeof value === 'string' && value !== '' ? MASK : value,
    );
  } catch {
    return body;
  }
}

import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Secret } from '../../model/secret.ts';

export interface ImageHttpOptions {
  /** TLS verification: true, false, or PEM text of the authorities to trust. */
  readonly verify?: boolean | string;
  readonly minTls?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string | null;
  /** Milliseconds for connecting, for headers, and between two pieces of a body. */
  readonly timeoutMs?: number;
  /** Basic authentication, sent to the host that the URL names and to no host it redirects to. */
  readonly basicAuth?: { readonly user: string; readonly password: Secret } | null;
}

/** Headers of an answer that matter for images. */
export interface ImageHead {
  /** After redirects. */
  readonly url: string;
  readonly contentLength: number | null;
  /** Milliseconds since the epoch. */
  readonly lastModified: number | null;
  readonly etag: string | null;
  /** The server forbids keeping a copy. */
  readonly noStore: boolean;
}

/** Web client for images: redirects followed, bounded, abortable. */
export interface ImageHttp {
  /** Asks for the headers. @throws IMAGE_DOWNLOAD_FAILED unless the answer is 200. */
  head(url: string, signal?: AbortSignal): Promise<ImageHead>;
  /** Opens the content; the caller reads or destroys the stream. @throws IMAGE_DOWNLOAD_FAILED unless the answer is 200. */
  get(url: string, signal?: AbortSignal): Promise<ImageHead & { readonly stream: Readable }>;
  /** The whole content of a small resource. @throws IMAGE_DOWNLOAD_FAILED when it has more than `maxBytes`. */
  bytes(url: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer>;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];

export function createImageHttp(options: ImageHttpOptions = {}): ImageHttp {
  const timeout = options.timeoutMs ?? 60_000;
  const agent = new Agent({
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: {
      timeout,
      minVersion: options.minTls ?? 'TLSv1.2',
      rejectUnauthorized: options.verify !== false,
      ...(typeof options.verify === 'string' ? { ca: options.verify } : {}),
      ...(options.ciphers ? { ciphers: options.ciphers } : {}),
    },
  });

  async function send(method: 'GET' | 'HEAD', start: string, signal?: AbortSignal): Promise<{ url: URL; answer: Dispatcher.ResponseData }> {
    const first = webUrl(start);
    let url = first;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await request(method, url, url.origin === first.origin, signal);
      const location = answer.headers.location;
      if (!REDIRECTS.includes(answer.statusCode) || typeof location !== 'string') return { url, answer };
      await answer.body.dump();
      url = webUrl(location, url);
    }
    throw failed(start, `redirects more than ${MAX_REDIRECTS} times`);
  }

  async function request(method: 'GET' | 'HEAD', url: URL, trusted: boolean, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const auth = options.basicAuth;
    const authorization = auth && trusted ? `Basic ${Buffer.from(`${auth.user}:${auth.password.reveal()}`).toString('base64')}` : null;
    try {
      return await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'wrought', ...(authorization ? { authorization } : {}) },
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw failed(url.href, messageOf(error), error);
    }
  }

  async function opened(method: 'GET' | 'HEAD', start: string, signal?: AbortSignal): Promise<ImageHead & { stream: Readable }> {
    const { url, answer } = await send(method, start, signal);
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw failed(start, `answered ${answer.statusCode} to ${method}`);
    }
    return { ...headOf(url, answer), stream: answer.body };
  }

  return {
    async head(url, signal) {
      const { stream, ...head } = await opened('HEAD', url, signal);
      stream.resume();
      return head;
    },
    get: (url, signal) => opened('GET', url, signal),
    async bytes(url, maxBytes, signal) {
      const { stream } = await opened('GET', url, signal);
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of stream) {
          const bytes: Buffer = Buffer.from(chunk);
          size += bytes.length;
          if (size > maxBytes) throw failed(url, `has more than ${maxBytes} bytes`);
          chunks.push(bytes);
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw error instanceof WroughtError ? error : failed(url, messageOf(error), error);
      } finally {
        stream.destroy();
      }
      return Buffer.concat(chunks);
    },
    close: () => agent.destroy(),
  };
}

/** Text of a URL without user name, password, query and fragment: queries may carry signatures. */
export function printableUrl(url: string): string {
  if (!URL.canParse(url)) return JSON.stringify(url.slice(0, 100));
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function headOf(url: URL, answer: Dispatcher.ResponseData): ImageHead {
  const one = (name: string): string | null => {
    const value = answer.headers[name];
    return typeof value === 'string' ? value : null;
  };
  const length = one('content-length');
  const modified = Date.parse(one('last-modified') ?? '');
  return {
    url: url.href,
    contentLength: length !== null && /^\d+$/.test(length) ? Number(length) : null,
    lastModified: Number.isNaN(modified) ? null : modified,
    etag: one('etag'),
    noStore: /\bno-store\b/i.test(one('cache-control') ?? ''),
  };
}

function webUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw failed(text, 'is no valid URL');
  const url = new URL(text, base?.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failed(url.href, 'is no http(s) URL');
  return url;
}

function failed(url: string, finding: string, cause?: unknown): WroughtError {
  return new WroughtError('IMAGE_DOWNLOAD_FAILED', `${printableUrl(url)}: ${finding}`, cause === undefined ? {} : { cause });
}

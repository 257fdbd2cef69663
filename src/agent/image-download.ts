import { Agent, type Dispatcher, interceptors, ProxyAgent, request } from 'undici';
import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import { AgentError } from './agent-error.ts';
import type { AgentParameters } from './agent-parameters.ts';
import type { ImageInfo } from './image-info.ts';

/** An open answer: its bytes arrive as they are read, in constant memory. */
export interface Download {
  readonly url: string;
  /** Content-Length; null when the server does not tell. */
  readonly length: number | null;
  readonly body: AsyncIterable<Buffer>;
}

/** A download that failed; `final` when trying the same URL again is useless. */
class DownloadFailure extends Error {
  readonly final: boolean;

  constructor(message: string, final: boolean, cause?: unknown) {
    super(message, { cause });
    this.final = final;
  }
}

export type DownloadSettings = Pick<
  AgentParameters,
  'downloadTimeout' | 'downloadRetries' | 'downloadRetryInterval' | 'downloadMaxDuration' | 'insecure'
>;

const MAX_REDIRECTS = 5;

/**
 * Opens the image's URLs in turn and hands the open download to `use`. A connection that fails or breaks off is tried again from the
 * start, [retries] times per URL; a URL that the server refuses (4xx) is given up at once in favour of the next. Errors that `use` itself
 * throws (a checksum, a disk) are not retried. What arrives passes `received` first, where hardware has one.
 *
 * @throws AgentError ImageDownloadError naming each URL's last problem; ImageDownloadTimeoutError past the maximal duration.
 */
export async function withDownload<T>(
  parts: {
    image: Pick<ImageInfo, 'urls' | 'authorization' | 'proxies' | 'noProxy'>;
    settings: DownloadSettings;
    clock: Clock;
    log: Logger;
    signal: AbortSignal;
    received?: ((chunk: Buffer) => Buffer) | undefined;
  },
  use: (download: Download) => Promise<T>,
): Promise<T> {
  const { image, settings, clock, log } = parts;
  const limit = new AbortController();
  const cancelLimit =
    settings.downloadMaxDuration > 0
      ? clock.after(settings.downloadMaxDuration * 1000, () => limit.abort(new Error('too slow')))
      : () => {};
  const signal = AbortSignal.any([parts.signal, limit.signal]);
  const problems: string[] = [];
  try {
    for (const url of image.urls) {
      const dispatcher = dispatcherFor(url, image, settings);
      try {
        for (let attempt = 0; attempt <= settings.downloadRetries; attempt++) {
          if (attempt > 0) await clock.sleep(settings.downloadRetryInterval * 1000, signal);
          try {
            return await use(passing(await open(url, dispatcher, image.authorization, settings, signal), parts.received));
          } catch (error) {
            signal.throwIfAborted();
            if (!(error instanceof DownloadFailure)) throw error;
            log.warn({ url: withoutQuery(url), attempt, error: error.message }, 'image download failed');
            problems[image.urls.indexOf(url)] = error.message;
            if (error.final) break;
          }
        }
      } finally {
        await dispatcher.destroy();
      }
    }
  } catch (error) {
    if (limit.signal.aborted)
      throw new AgentError('ImageDownloadTimeoutError', `image download took longer than ${settings.downloadMaxDuration} s`, {
        cause: error,
      });
    throw error;
  } finally {
    cancelLimit();
  }
  throw new AgentError('ImageDownloadError', `image download failed: ${problems.filter(Boolean).join('; ')}`);
}

/** Reads a small document whole. @throws AgentError ImageDownloadError. */
export async function downloadSmall(parts: Parameters<typeof withDownload>[0], maxBytes: number): Promise<Buffer> {
  return withDownload(parts, async (download) => {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of download.body) {
      length += chunk.length;
      if (length > maxBytes) throw new AgentError('ImageDownloadError', `${withoutQuery(download.url)} holds more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  });
}

async function open(
  url: string,
  dispatcher: Dispatcher,
  authorization: string | null,
  settings: DownloadSettings,
  signal: AbortSignal,
): Promise<Download> {
  const name = withoutQuery(url);
  let answer: Dispatcher.ResponseData;
  try {
    answer = await request(url, {
      dispatcher,
      signal,
      headersTimeout: settings.downloadTimeout * 1000,
      bodyTimeout: settings.downloadTimeout * 1000,
      headers: { 'accept-encoding': 'identity', ...(authorization === null ? {} : { authorization }) },
    });
  } catch (error) {
    throw new DownloadFailure(`${name}: ${messageOf(error)}`, false, error);
  }
  if (answer.statusCode !== 200) {
    answer.body.on('error', () => {}).destroy();
    const later = answer.statusCode >= 500 || answer.statusCode === 408 || answer.statusCode === 429;
    throw new DownloadFailure(`${name}: the server answered ${answer.statusCode}`, !later);
  }
  const length = Number(answer.headers['content-length'] ?? Number.NaN);
  return {
    url,
    length: Number.isSafeInteger(length) ? length : null,
    body: guarded(answer.body, name, Number.isSafeInteger(length) ? length : null),
  };
}

function passing(download: Download, received: ((chunk: Buffer) => Buffer) | undefined): Download {
  if (received === undefined) return download;
  async function* body(): AsyncGenerator<Buffer> {
    for await (const chunk of download.body) yield received?.(chunk) ?? chunk;
  }
  return { ...download, body: body() };
}

/** Turns breaks of the connection into failures that are retried, and a short body into one. */
async function* guarded(body: AsyncIterable<Buffer>, name: string, length: number | null): AsyncGenerator<Buffer> {
  let received = 0;
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<Buffer>;
      try {
        next = await iterator.next();
      } catch (error) {
        throw new DownloadFailure(
          `${name}: broke off after ${received}${length === null ? '' : ` of ${length}`} bytes: ${messageOf(error)}`,
          false,
          error,
        );
      }
      if (next.done) break;
      received += next.value.length;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
  if (length !== null && received !== length) throw new DownloadFailure(`${name}: ended after ${received} of ${length} bytes`, false);
}

function dispatcherFor(url: string, image: Pick<ImageInfo, 'proxies' | 'noProxy'>, settings: DownloadSettings): Dispatcher {
  const { protocol, hostname } = new URL(url);
  const proxy = image.proxies[protocol.slice(0, -1)];
  const connect = { rejectUnauthorized: !settings.insecure, timeout: settings.downloadTimeout * 1000 };
  const spared = image.noProxy.some(
    (each) => each === '*' || hostname === each || hostname.endsWith(each.startsWith('.') ? each : `.${each}`),
  );
  const base =
    proxy === undefined || spared
      ? new Agent({ connections: 1, connect })
      : new ProxyAgent({ uri: proxy, requestTls: { rejectUnauthorized: !settings.insecure } });
  return base.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS }));
}

/** URLs may be signed: what follows the question mark is for the server alone. */
export function withoutQuery(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

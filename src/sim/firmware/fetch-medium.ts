import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Agent, request } from 'undici';
import type { InsertedMedium } from '../machine/media-slots.ts';

/** A medium as it was fetched. */
export interface FetchedMedium {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface FetchOptions {
  /** Bytes that are taken at most. */
  readonly maxBytes: number;
  readonly verifyCertificate: boolean;
  readonly signal: AbortSignal;
}

const HEADERS_TIMEOUT_MS = 30_000;
const BODY_TIMEOUT_MS = 60_000;

/**
 * Fetches the image behind virtual media into a file, in constant memory.
 *
 * @throws Error that says what the server answered, without the address, which may hold secrets.
 */
export async function fetchMedium(
  medium: Pick<InsertedMedium, 'image' | 'userName' | 'password'>,
  path: string,
  options: FetchOptions,
): Promise<FetchedMedium> {
  const dispatcher = new Agent({ connections: 1, connect: { rejectUnauthorized: options.verifyCertificate } });
  try {
    const answer = await request(medium.image, {
      dispatcher,
      signal: options.signal,
      headersTimeout: HEADERS_TIMEOUT_MS,
      bodyTimeout: BODY_TIMEOUT_MS,
      ...(medium.userName !== null && {
        headers: { authorization: `Basic ${Buffer.from(`${medium.userName}:${medium.password ?? ''}`).toString('base64')}` },
      }),
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`the image server answered ${answer.statusCode}`);
    }
    const hash = createHash('sha256');
    let size = 0;
    await pipeline(
      answer.body,
      async function* (source: AsyncIterable<unknown>) {
        for await (const chunk of source) {
          if (!Buffer.isBuffer(chunk)) continue;
          size += chunk.length;
          if (size > options.maxBytes) throw new Error(`the image is larger than ${options.maxBytes} bytes`);
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path),
      { signal: options.signal },
    );
    return { path, size, sha256: hash.digest('hex') };
  } finally {
    await dispatcher.close();
  }
}

import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { messageOf, WroughtError } from '../../model/errors.ts';

export interface SaveOptions {
  /** Digest computed on the way. */
  readonly algorithm: string;
  /** Bytes announced; another count is an error. */
  readonly expectedBytes?: number | null;
  readonly maxBytes?: number;
  readonly progress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
  /** Called with the digest before the file gets its name; what it throws discards the file. */
  readonly accept?: (digest: string) => void | Promise<void>;
}

/**
 * Saves a stream as a file. The bytes go to `<path>.part`, which gets the true name only when it is complete and accepted, so a file of
 * that name is always whole.
 *
 * @returns bytes and lower-case hexadecimal digest.
 * @throws IMAGE_DOWNLOAD_FAILED, INSUFFICIENT_DISK_SPACE, the signal's reason, or what `accept` throws.
 */
export async function saveStream(stream: Readable, path: string, options: SaveOptions): Promise<{ bytes: number; digest: string }> {
  const part = `${path}.part`;
  const hash = createHash(options.algorithm);
  const total = options.expectedBytes ?? null;
  let bytes = 0;
  const file = await open(part, 'w', 0o600);
  try {
    for await (const chunk of stream) {
      options.signal?.throwIfAborted();
      const piece: Buffer = Buffer.from(chunk);
      bytes += piece.length;
      if (options.maxBytes !== undefined && bytes > options.maxBytes)
        throw new WroughtError('IMAGE_DOWNLOAD_FAILED', `more than the ${options.maxBytes} bytes that are accepted came`);
      hash.update(piece);
      await file.write(piece);
      options.progress?.(bytes, total);
    }
    if (total !== null && bytes !== total)
      throw new WroughtError('IMAGE_DOWNLOAD_FAILED', `the transfer ended after ${bytes} of ${total} bytes`);
    const digest = hash.digest('hex');
    await options.accept?.(digest);
    await file.sync();
    await file.close();
    await rename(part, path);
    return { bytes, digest };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    options.signal?.throwIfAborted();
    throw described(error, path);
  } finally {
    stream.destroy();
  }
}

function described(error: unknown, path: string): unknown {
  if (error instanceof WroughtError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOSPC') return new WroughtError('INSUFFICIENT_DISK_SPACE', `${path}: the file system is full`, { cause: error });
  return new WroughtError('IMAGE_DOWNLOAD_FAILED', `the transfer broke off: ${messageOf(error)}`, { cause: error });
}

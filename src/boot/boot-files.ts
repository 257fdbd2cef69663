import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import { createSharedFlights } from '../image/cache/shared-flights.ts';
import { configuredImageHttp } from '../image/http/configured-image-http.ts';
import { type ImageHead, printableUrl } from '../image/http/image-http.ts';
import { saveStream } from '../image/http/save-stream.ts';
import { allowedFile } from '../image/source/allowed-file.ts';
import { parseImageSource } from '../image/source/image-source.ts';
import type { Clock } from '../model/clock.ts';

/** Kernels, ramdisks, boot loaders and boot discs as local files. */
export interface BootFiles {
  /**
   * Path of the referenced file: an allowed local one, or a copy of a web resource, which is fetched again when the server shows another
   * length, date or tag.
   *
   * @throws INVALID_PARAMETER, IMAGE_DOWNLOAD_FAILED.
   */
  localPath(reference: string, signal: AbortSignal): Promise<string>;
  /** Checks a reference without fetching it. @throws INVALID_PARAMETER, NOT_BUILT. */
  check(reference: string): Promise<void>;
  /** Gives `work` the path of a file that it may make, and removes that file afterwards. */
  withWorkFile<T>(suffix: string, work: (path: string) => Promise<T>): Promise<T>;
}

/** Work files of a process that died are removed after so long. */
const STALE_WORK_MS = 60 * 60_000;

/** @param directory below which copies are kept; on the file system of the published files, so that publishing is a hard link. */
export function createBootFiles(deps: { config: Config; clock: Clock; log: Logger; directory: string }): BootFiles {
  const { config, clock, log, directory } = deps;
  const http = configuredImageHttp(config);
  const flights = createSharedFlights<string>();

  async function check(reference: string): Promise<string | null> {
    const source = parseImageSource(reference);
    return source.kind === 'file' ? allowedFile(source.path, config.list('conductor', 'file_url_allowed_paths')) : null;
  }

  async function copyOf(url: string, signal: AbortSignal): Promise<string> {
    const path = join(directory, `web-${createHash('sha256').update(url).digest('hex').slice(0, 40)}`);
    const present = await readFile(`${path}.tag`, 'utf8').catch(() => null);
    const now = new Date(clock.now());
    if (present !== null && (await exists(path)) && tagOf(await http.head(url, signal)) === present) {
      await utimes(path, now, now);
      return path;
    }
    const { stream, ...head } = await http.get(url, signal);
    await rm(`${path}.tag`, { force: true });
    await saveStream(stream, path, { algorithm: 'sha256', expectedBytes: head.contentLength, signal });
    const tag = tagOf(head);
    if (tag !== null) {
      await writeFile(`${path}.tag.part`, tag);
      await rename(`${path}.tag.part`, `${path}.tag`);
    }
    await utimes(path, now, now);
    log.info({ url: printableUrl(url) }, 'boot file fetched');
    await clean();
    return path;
  }

  /** Copies nobody asked for within `[deploy]iso_cache_ttl`, and leftovers. Open and linked files outlive their name. */
  async function clean(): Promise<void> {
    const maxAge = config.integer('deploy', 'iso_cache_ttl') * 60_000;
    for (const name of await readdir(directory)) {
      const info = await stat(join(directory, name)).catch(() => null);
      if (info === null) continue;
      const age = clock.now() - info.mtimeMs;
      if (name.startsWith('work-') || name.endsWith('.part') ? age > STALE_WORK_MS : age > maxAge && !name.endsWith('.tag')) {
        await rm(join(directory, name), { force: true });
        await rm(join(directory, `${name}.tag`), { force: true });
      }
    }
  }

  return {
    async check(reference) {
      await check(reference);
    },
    async localPath(reference, signal) {
      const local = await check(reference);
      if (local !== null) return local;
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return flights.join(reference, signal, (shared) => copyOf(reference, shared));
    },
    async withWorkFile(suffix, work) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, `work-${randomUUID()}${suffix}`);
      try {
        return await work(path);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** What tells two versions of a resource apart; null when the server says nothing that could. */
function tagOf(head: ImageHead): string | null {
  if (head.noStore || (head.etag === null && head.lastModified === null)) return null;
  return JSON.stringify([head.etag, head.lastModified, head.contentLength]);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

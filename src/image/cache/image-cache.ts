import { mkdir, readdir, readFile, rename, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import { type CachedFacts, parseCachedFacts } from './cached-facts.ts';

export interface ImageCacheOptions {
  readonly directory: string;
  /** Bytes that the images may take on disk. */
  readonly maxBytes: () => number;
  /** Milliseconds after which an image that nobody used goes. */
  readonly maxAgeMs: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface CachedImage extends CachedFacts {
  readonly path: string;
}

/**
 * Images on disk by key. An entry is a pair of files, the image and its facts; it counts only when both are there, and the facts are
 * written last. What has more than one name (a published image is a hard link) is in use and never removed.
 */
export interface ImageCache {
  readonly directory: string;
  /** Finds an entry and marks it as used. */
  find(key: string): Promise<CachedImage | null>;
  /** Takes a finished file over as the image of the key. */
  add(key: string, file: string, facts: CachedFacts): Promise<CachedImage>;
  /** Keeps the entry out of `clean` while the work runs. */
  hold<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Path for work in progress; such files are swept away an hour after they were last written to. */
  workPath(key: string, purpose: string): string;
  /** Makes room by removing images not in use. @throws INSUFFICIENT_DISK_SPACE when that is not enough. */
  demandSpace(bytes: number, purpose: string): Promise<void>;
  /** Removes what is too old, then the longest unused until the rest fits. */
  clean(): Promise<void>;
}

const STALE_WORK_MS = 60 * 60_000;

export function createImageCache(options: ImageCacheOptions): ImageCache {
  const { directory, clock, log } = options;
  const held = new Map<string, number>();
  const imagePath = (key: string): string => join(directory, `${key}.image`);
  const factsPath = (key: string): string => join(directory, `${key}.json`);

  async function entries(): Promise<{ key: string; bytes: number; lastUse: number }[]> {
    const found: { key: string; bytes: number; lastUse: number }[] = [];
    for (const name of await readdir(directory)) {
      const key = name.endsWith('.image') ? name.slice(0, -'.image'.length) : null;
      if (key === null || held.has(key)) continue;
      const image = await stat(imagePath(key)).catch(() => null);
      if (image === null || image.nlink > 1) continue;
      const facts = await stat(factsPath(key)).catch(() => null);
      found.push({ key, bytes: image.blocks * 512, lastUse: facts?.mtimeMs ?? image.mtimeMs });
    }
    return found.sort((a, b) => a.lastUse - b.lastUse);
  }

  async function remove(key: string, reason: string): Promise<void> {
    // The facts go first: without them the image no longer counts.
    await rm(factsPath(key), { force: true });
    await rm(imagePath(key), { force: true });
    log.info({ image: key }, `cached image removed: ${reason}`);
  }

  async function sweepWork(): Promise<void> {
    for (const name of await readdir(directory)) {
      if (!name.startsWith('work-')) continue;
      const info = await stat(join(directory, name)).catch(() => null);
      if (info && clock.now() - info.mtimeMs > STALE_WORK_MS) await rm(join(directory, name), { force: true });
    }
  }

  return {
    directory,
    workPath: (key, purpose) => join(directory, `work-${key}.${purpose}`),
    async find(key) {
      const text = await readFile(factsPath(key), 'utf8').catch(() => null);
      const facts = text === null ? null : parseCachedFacts(text);
      const image = await stat(imagePath(key)).catch(() => null);
      if (!facts || image?.size !== facts.size) return null;
      const now = new Date(clock.now());
      await utimes(factsPath(key), now, now);
      return { ...facts, path: imagePath(key) };
    },
    async add(key, file, facts) {
      await rename(file, imagePath(key));
      const part = `${factsPath(key)}.part`;
      await writeFile(part, JSON.stringify(facts), { mode: 0o600 });
      const now = new Date(clock.now());
      await utimes(part, now, now);
      await rename(part, factsPath(key));
      return { ...facts, path: imagePath(key) };
    },
    async hold(key, work) {
      held.set(key, (held.get(key) ?? 0) + 1);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return await work();
      } finally {
        const left = (held.get(key) ?? 1) - 1;
        if (left === 0) held.delete(key);
        else held.set(key, left);
      }
    },
    async demandSpace(bytes, purpose) {
      let free = await freeBytes(directory);
      for (const entry of free < bytes ? await entries() : []) {
        await remove(entry.key, `${purpose} needs room`);
        free = await freeBytes(directory);
        if (free >= bytes) break;
      }
      if (free < bytes)
        throw new WroughtError(
          'INSUFFICIENT_DISK_SPACE',
          `${directory}: ${purpose} needs ${mib(bytes)} MiB, but only ${mib(free)} MiB are free`,
        );
    },
    async clean() {
      await sweepWork();
      let kept = await entries();
      const oldest = clock.now() - options.maxAgeMs();
      for (const { key } of kept.filter((entry) => entry.lastUse < oldest)) await remove(key, 'not used for too long');
      kept = kept.filter((entry) => entry.lastUse >= oldest);
      let total = kept.reduce((sum, entry) => sum + entry.bytes, 0);
      for (const { key, bytes } of kept) {
        if (total <= options.maxBytes()) break;
        await remove(key, 'the cache is over its size');
        total -= bytes;
      }
    },
  };
}

/** Bytes that an ordinary user may still write. */
async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function mib(bytes: number): number {
  return Math.ceil(bytes / (1 << 20));
}

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf, WroughtError } from '../model/errors.ts';
import { type CachedImage, createImageCache } from './cache/image-cache.ts';
import { createSharedFlights } from './cache/shared-flights.ts';
import { createSlots } from './cache/slots.ts';
import { expectedChecksum, statedChecksum } from './checksum/expected-checksum.ts';
import type { Checksum } from './checksum/parse-checksum.ts';
import { fetchImage } from './fetch-image.ts';
import { configuredImageHttp } from './http/configured-image-http.ts';
import type { ImageReference, ImageService } from './image-service.ts';
import { allowedFile } from './source/allowed-file.ts';
import { type ImageSource, parseImageSource } from './source/image-source.ts';

/** The part of the publisher of boot media that images need. */
export interface ImagePublisher {
  publish(kind: string, owner: string, name: string, source: { path: string }): Promise<string>;
  withdraw(kind: string, owner: string): Promise<void>;
}

export interface ImageServiceDeps {
  readonly config: Config;
  readonly media: ImagePublisher;
  readonly clock: Clock;
  readonly log: Logger;
  /** The cache is made below it. */
  readonly dataDir: string;
}

const KIND = 'agent_images';

interface Wish {
  readonly source: ImageSource;
  readonly checksum: Checksum | null;
  readonly declaredFormat: string | null;
}

/** Images for agents: checked, cached, converted and served as the configuration says. */
export function createImageService({ config, media, clock, log, dataDir }: ImageServiceDeps): ImageService {
  const http = configuredImageHttp(config);
  const cache = createImageCache({
    directory: join(dataDir, 'images'),
    maxBytes: () => config.integer('pxe', 'image_cache_size') * (1 << 20),
    maxAgeMs: () => config.integer('pxe', 'image_cache_ttl') * 60_000,
    clock,
    log,
  });
  const flights = createSharedFlights<CachedImage>();
  const slots = createSlots(() => config.integer('DEFAULT', 'image_download_concurrency'));
  // Readers of raw images stream them to the disk, so conversion is worth it only with streaming (as the peer decides).
  const wantsRaw = (): boolean => config.boolean('DEFAULT', 'force_raw_images') && config.boolean('agent', 'stream_raw_images');

  async function sourceOf(image: ImageReference): Promise<ImageSource> {
    const source = parseImageSource(image.source);
    if (source.kind === 'web') {
      if (new URL(source.url).pathname.endsWith('/'))
        throw new WroughtError('INVALID_PARAMETER', `image_source ${image.source} is a directory, and an image is a file`);
      return source;
    }
    return { kind: 'file', path: await allowedFile(source.path, config.list('conductor', 'file_url_allowed_paths')) };
  }

  /** Hands the cached image to `use`, and keeps it in the cache meanwhile. */
  async function withImage<T>(wish: Wish, signal: AbortSignal, use: (found: CachedImage) => Promise<T>): Promise<T> {
    const { source, checksum, declaredFormat } = wish;
    const toRaw = wantsRaw();
    const key = await keyOf(wish, toRaw);
    return cache.hold(key, async () => {
      const found =
        (await cache.find(key)) ??
        (await flights.join(key, signal, (shared) =>
          slots.run(
            shared,
            // Somebody else may have brought it while this one waited.
            async () =>
              (await cache.find(key)) ??
              fetchImage({ config, cache, http, log }, { key, source, checksum, declaredFormat, toRaw, signal: shared }),
          ),
        ));
      return use(found);
    });
  }

  return {
    async validate(image) {
      const source = await sourceOf(image);
      const stated = statedChecksum(image, config);
      demandPermitted(image.diskFormat, config.list('conductor', 'permitted_image_formats'));
      if (source.kind === 'file') return;
      if (stated === null) throw noChecksum(image.source);
      await http.head(source.url);
    },

    async prepare(nodeUuid, image, mode, signal) {
      const source = await sourceOf(image);
      const checksum = await expectedChecksum(image, config, http, signal);
      if (source.kind === 'web' && checksum === null) throw noChecksum(image.source);
      const wish = { source, checksum, declaredFormat: image.diskFormat };
      try {
        if (source.kind === 'file' || mode === 'local')
          return await withImage(wish, signal, async (found) => ({
            url: await media.publish(KIND, nodeUuid, `disk.${found.format}`, { path: found.path }),
            hashAlgo: found.algorithm,
            hashValue: found.digest,
            diskFormat: found.format,
            virtualSize: found.virtualSize,
          }));
        if (config.boolean('conductor', 'conductor_always_validates_images')) await withImage(wish, signal, async () => undefined);
      } finally {
        await cache.clean().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'the image cache could not be cleaned'));
      }
      if (checksum === null) throw noChecksum(image.source);
      const { url } = await http.head(source.url, signal);
      return {
        url,
        hashAlgo: checksum.algorithm,
        hashValue: checksum.value,
        // The agent tells the format from the content then, and takes only permitted ones.
        diskFormat: image.diskFormat ?? 'unknown',
        virtualSize: null,
      };
    },

    release: (nodeUuid) => media.withdraw(KIND, nodeUuid),
  };
}

/**
 * Name of the cache entry. The checksum is part of it, so an entry can never be stale; a file without one is told by its identity and
 * its time of change.
 */
async function keyOf({ source, checksum, declaredFormat }: Wish, toRaw: boolean): Promise<string> {
  const parts: unknown[] = [source, checksum, declaredFormat?.toLowerCase() ?? null, toRaw];
  if (source.kind === 'file') {
    const { ino, size, mtimeMs } = await stat(source.path);
    parts.push(ino, size, mtimeMs);
  }
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
}

function demandPermitted(declared: string | null, permitted: readonly string[]): void {
  const format = declared?.toLowerCase();
  if (format === undefined || format === 'unknown') return;
  const alike = format === 'raw' || format === 'gpt' ? ['raw', 'gpt'] : [format];
  if (!permitted.some((name) => alike.includes(name.toLowerCase())))
    throw new WroughtError(
      'IMAGE_REFUSED',
      `image_disk_format ${declared} is not among those of [conductor]permitted_image_formats (${permitted.join(', ')})`,
    );
}

function noChecksum(source: string): WroughtError {
  return new WroughtError(
    'INVALID_PARAMETER',
    `image ${source}: instance_info needs image_checksum, or image_os_hash_algo with image_os_hash_value`,
  );
}

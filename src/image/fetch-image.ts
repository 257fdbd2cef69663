import { copyFile, link, rm, stat } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import { WroughtError } from '../model/errors.ts';
import type { CachedFacts } from './cache/cached-facts.ts';
import type { CachedImage, ImageCache } from './cache/image-cache.ts';
import { hashFile } from './checksum/hash-file.ts';
import type { Checksum } from './checksum/parse-checksum.ts';
import { openFileDevice } from './file-device.ts';
import { checkImageFormat, type FormatReport, isRaw } from './format/inspect-format.ts';
import { type ImageHttp, printableUrl } from './http/image-http.ts';
import { saveStream } from './http/save-stream.ts';
import { convertQcow2ToDevice } from './qcow2/convert-qcow2.ts';
import { openFileBytes } from './readable-bytes.ts';
import type { ImageSource } from './source/image-source.ts';
import { unpackZstd } from './unpack-zstd.ts';

export interface FetchDeps {
  readonly config: Config;
  readonly cache: ImageCache;
  readonly http: ImageHttp;
  readonly log: Logger;
}

export interface FetchRequest {
  readonly key: string;
  readonly source: ImageSource;
  /** Null for files without one: SHA-256 is computed. */
  readonly checksum: Checksum | null;
  readonly declaredFormat: string | null;
  readonly toRaw: boolean;
  readonly signal: AbortSignal;
}

/**
 * Brings an image into the cache: fetch, verify, unpack, inspect, convert, hash. Nothing carries the entry's name before all of that is
 * done.
 */
export async function fetchImage(deps: FetchDeps, request: FetchRequest): Promise<CachedImage> {
  const { cache } = deps;
  const { key, signal } = request;
  const original = cache.workPath(key, 'original');
  const converted = cache.workPath(key, 'raw');
  try {
    const checksum = await obtain(deps, request, original);
    const unpacked = await unpackZstd(original, { demandSpace: cache.demandSpace, signal });
    const report = await inspect(deps, request, original);
    const convert = request.toRaw && !isRaw(report.format) && report.format !== 'iso';
    if (convert) await toRaw(deps, request, { original, converted, report });
    const path = convert ? converted : original;
    const changed = convert || unpacked;
    const { size } = await stat(path);
    const algorithm = checksum.algorithm === 'md5' ? 'sha256' : checksum.algorithm;
    const facts: CachedFacts = {
      // The agent's word for a disk with a partition table is raw, too.
      format: convert || isRaw(report.format) ? 'raw' : report.format,
      size,
      virtualSize: convert ? size : report.virtualSize,
      algorithm: changed ? algorithm : checksum.algorithm,
      digest: changed ? await hashFile(path, algorithm, signal) : checksum.value,
    };
    return await cache.add(key, path, facts);
  } finally {
    for (const path of [original, converted, `${original}.part`]) await rm(path, { force: true });
  }
}

/** Puts the image's bytes at `path`, verified. */
async function obtain({ cache, http, log }: FetchDeps, request: FetchRequest, path: string): Promise<Checksum> {
  const { source, checksum, signal } = request;
  await rm(path, { force: true });
  if (source.kind === 'file') {
    await linkOrCopy(source.path, path, cache);
    const algorithm = checksum?.algorithm ?? 'sha256';
    const value = await hashFile(path, algorithm, signal);
    demandMatch(source.path, checksum, value);
    return { algorithm, value };
  }
  const algorithm = checksum?.algorithm ?? 'sha256';
  const { stream, contentLength, ...head } = await http.get(source.url, signal);
  try {
    if (contentLength !== null) await cache.demandSpace(contentLength, 'the download');
  } catch (error) {
    stream.destroy();
    throw error;
  }
  log.info({ url: printableUrl(head.url), bytes: contentLength }, 'image download begins');
  const saved = await saveStream(stream, path, {
    algorithm,
    expectedBytes: contentLength,
    signal,
    accept: (digest) => demandMatch(printableUrl(source.url), checksum, digest),
  });
  log.info({ url: printableUrl(head.url), bytes: saved.bytes }, 'image download is complete and verified');
  return { algorithm, value: saved.digest };
}

function demandMatch(subject: string, expected: Checksum | null, found: string): void {
  if (expected !== null && expected.value !== found)
    throw new WroughtError(
      'IMAGE_CHECKSUM_MISMATCH',
      `${subject}: ${expected.algorithm} ${expected.value} was expected, but its bytes have ${found}`,
    );
}

async function linkOrCopy(from: string, to: string, cache: ImageCache): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    await cache.demandSpace((await stat(from)).size, 'the copy');
    await copyFile(from, to);
  }
}

async function inspect({ config }: FetchDeps, request: FetchRequest, path: string): Promise<FormatReport> {
  const source = await openFileBytes(path);
  try {
    const permitted = config.list('conductor', 'permitted_image_formats');
    if (!config.boolean('conductor', 'disable_deep_image_inspection'))
      return await checkImageFormat(source, { declared: request.declaredFormat, permitted });
    return { format: declaredOnly(request.declaredFormat), virtualSize: null };
  } finally {
    await source.close();
  }
}

/** With inspection switched off, the deployer's word is all there is. */
function declaredOnly(declared: string | null): FormatReport['format'] {
  return declared?.toLowerCase() === 'qcow2' ? 'qcow2' : declared?.toLowerCase() === 'iso' ? 'iso' : 'raw';
}

async function toRaw(
  { cache, config, log }: FetchDeps,
  request: FetchRequest,
  work: { original: string; converted: string; report: FormatReport },
): Promise<void> {
  const { original, converted, report } = work;
  if (report.format !== 'qcow2')
    throw new WroughtError(
      'NOT_BUILT',
      `${report.format} images cannot be converted here; give a raw or qcow2 image, or set [DEFAULT]force_raw_images to false`,
    );
  const source = await openFileBytes(original);
  try {
    await demandRoom(cache, config, report.virtualSize ?? 0, source.size);
    await rm(converted, { force: true });
    const size = report.virtualSize ?? 0;
    if (size === 0) throw new WroughtError('IMAGE_REFUSED', 'QCOW2 image: the disk inside is empty');
    const device = await openFileDevice(converted, { size });
    try {
      await convertQcow2ToDevice(source, device, { signal: request.signal });
    } finally {
      await device.close();
    }
    log.info({ image: request.key, bytes: size }, 'image is converted to raw');
  } finally {
    await source.close();
  }
  const result = await openFileBytes(converted);
  try {
    await checkImageFormat(result, { declared: 'raw', permitted: ['raw'] });
  } finally {
    await result.close();
  }
}

/** Room for the whole disk inside, or else for what such images usually grow to (`[DEFAULT]raw_image_growth_factor`). */
async function demandRoom(cache: ImageCache, config: Config, virtualSize: number, fileSize: number): Promise<void> {
  const estimate = Math.min(virtualSize, Math.ceil(fileSize * config.float('DEFAULT', 'raw_image_growth_factor')));
  await cache.demandSpace(virtualSize, 'the conversion to raw').catch(async (error: unknown) => {
    if (estimate >= virtualSize) throw error;
    await cache.demandSpace(estimate, 'the conversion to raw, by estimate,');
  });
}

import type { Config } from '../../config/config.ts';
import { WroughtError } from '../../model/errors.ts';
import type { ImageHttp } from '../http/image-http.ts';
import type { ImageReference } from '../image-service.ts';
import { findInChecksumFile } from './find-in-checksum-file.ts';
import { type Checksum, isChecksumUrl, parseChecksum } from './parse-checksum.ts';

/** Bytes of a checksum file that are read. */
const MAX_CHECKSUM_FILE = 1 << 20;

/**
 * What a deployer said about the checksum, without fetching anything: the digest, or the URL of a checksum file. `image_os_hash_*` wins
 * over `image_checksum`. Null when nothing was said.
 *
 * @throws INVALID_PARAMETER when it is incomplete, malformed or not allowed.
 */
export function statedChecksum(
  image: ImageReference,
  config: Config,
): Checksum | { readonly url: string; readonly algorithm: string | null } | null {
  const { hashAlgo, hashValue, checksum } = image;
  if ((hashAlgo === null) !== (hashValue === null))
    throw new WroughtError('INVALID_PARAMETER', 'image_os_hash_algo and image_os_hash_value belong together, and one of them is missing');
  const text = hashValue ?? checksum;
  if (text === null || text.trim() === '') return null;
  if (!isChecksumUrl(text)) return parseChecksum(text, { algorithm: hashAlgo, allowMd5: config.boolean('agent', 'allow_md5_checksum') });
  if (config.boolean('conductor', 'disable_support_for_checksum_files'))
    throw new WroughtError('INVALID_PARAMETER', 'image_checksum is a URL, which [conductor]disable_support_for_checksum_files forbids');
  return { url: text.trim(), algorithm: hashAlgo };
}

/** The digest an image must have, a checksum file fetched where one is named; null when nothing was said. */
export async function expectedChecksum(
  image: ImageReference,
  config: Config,
  http: ImageHttp,
  signal: AbortSignal,
): Promise<Checksum | null> {
  const stated = statedChecksum(image, config);
  if (stated === null || !('url' in stated)) return stated;
  const content = (await http.bytes(stated.url, MAX_CHECKSUM_FILE, signal)).toString('utf8');
  const path = decodeURIComponent(new URL(image.source).pathname);
  const digest = findInChecksumFile(content, path.slice(path.lastIndexOf('/') + 1));
  return parseChecksum(digest, { algorithm: stated.algorithm, allowMd5: config.boolean('agent', 'allow_md5_checksum') });
}

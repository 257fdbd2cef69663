import { findInChecksumFile } from '../image/checksum/find-in-checksum-file.ts';
import { type Checksum, isChecksumUrl, parseChecksum } from '../image/checksum/parse-checksum.ts';
import { messageOf } from '../model/errors.ts';
import { AgentError } from './agent-error.ts';
import { downloadSmall, type withDownload, withoutQuery } from './image-download.ts';
import type { ImageInfo } from './image-info.ts';

/** Checksum files list a release's images; none is near this size. */
const MAX_CHECKSUM_FILE = 1024 * 1024;

/**
 * The digest the image must have. Where it is given as the URL of a checksum file, the file is fetched and the line of the image's file
 * name taken.
 *
 * @throws AgentError InvalidCommandParamsError (no usable digest), ImageDownloadError.
 */
export async function resolveChecksum(image: ImageInfo, how: Omit<Parameters<typeof withDownload>[0], 'image'>): Promise<Checksum> {
  try {
    const digest = isChecksumUrl(image.hashValue) ? await fromFile(image, how) : image.hashValue;
    // Whether MD5 may be used was decided when image_info was read.
    return parseChecksum(digest, { algorithm: image.hashAlgo, allowMd5: true });
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('InvalidCommandParamsError', messageOf(error), { cause: error });
  }
}

async function fromFile(image: ImageInfo, how: Omit<Parameters<typeof withDownload>[0], 'image'>): Promise<string> {
  const url = image.hashValue;
  if (!URL.canParse(url)) throw new AgentError('InvalidCommandParamsError', `the checksum "${url.slice(0, 200)}" is no URL`);
  const text = (await downloadSmall({ ...how, image: { ...image, urls: [url] } }, MAX_CHECKSUM_FILE)).toString('utf8');
  const name = decodeURIComponent(new URL(image.urls[0] ?? '').pathname.split('/').at(-1) ?? '');
  try {
    return findInChecksumFile(text, name);
  } catch (error) {
    throw new AgentError('ImageDownloadError', `${withoutQuery(url)}: ${messageOf(error)}`, { cause: error });
  }
}

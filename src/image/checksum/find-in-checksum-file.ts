import { WroughtError } from '../../model/errors.ts';

const DIGEST = '(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})';
const BARE = new RegExp(`^${DIGEST}$`);
const GNU = new RegExp(`^(${DIGEST})\\s+\\*?(.+)$`);
const BSD = new RegExp(`^[\\w-]+\\s*\\((.+)\\)\\s*=\\s*(${DIGEST})$`);

/**
 * Finds the digest of a file in a checksum file: a lone digest, lines of GNU's form (`digest  name`, `digest *name`) or of BSD's form
 * (`SHA256 (name) = digest`). Comments and blank lines are skipped.
 *
 * @param fileName base name of the image.
 * @throws IMAGE_DOWNLOAD_FAILED when there is none.
 */
export function findInChecksumFile(content: string, fileName: string): string {
  const lines = content
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new WroughtError('IMAGE_DOWNLOAD_FAILED', 'the checksum file is empty');
  const [only] = lines;
  if (lines.length === 1 && only !== undefined && BARE.test(only)) return only.toLowerCase();
  for (const line of lines) {
    const gnu = GNU.exec(line);
    const bsd = BSD.exec(line);
    const name = gnu?.[2] ?? bsd?.[1];
    const digest = gnu?.[1] ?? bsd?.[2];
    if (digest !== undefined && baseName(name ?? '') === fileName) return digest.toLowerCase();
  }
  throw new WroughtError('IMAGE_DOWNLOAD_FAILED', `the checksum file has no line for ${JSON.stringify(fileName)}`);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

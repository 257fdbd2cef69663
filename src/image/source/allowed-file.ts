import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { WroughtError } from '../../model/errors.ts';

/** Never served, whatever is allowed. */
const BLOCKED = ['/dev', '/sys', '/proc', '/boot', '/etc', '/run'];

/**
 * The true path of a file that a user named, if it lies below an allowed directory. Symbolic links are resolved first, so a link inside
 * cannot lead outside.
 *
 * @param allowed `[conductor]file_url_allowed_paths`.
 * @throws INVALID_PARAMETER; the message does not tell whether a file outside exists.
 */
export async function allowedFile(path: string, allowed: readonly string[]): Promise<string> {
  const refuse = (finding: string): never => {
    throw new WroughtError('INVALID_PARAMETER', `file ${path} ${finding}`);
  };
  const outside = 'lies in none of the directories of [conductor]file_url_allowed_paths, or does not exist';
  const real = await realpath(path).catch(() => refuse(outside));
  const roots = await Promise.all(allowed.map((directory) => realpath(directory).catch(() => null)));
  if (!roots.some((root) => root !== null && isBelow(real, root))) refuse(outside);
  if (BLOCKED.some((directory) => isBelow(real, directory))) refuse(`lies in one of ${BLOCKED.join(', ')}, which are never served`);
  const info = await stat(real);
  if (!info.isFile()) refuse('is no regular file');
  return real;
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

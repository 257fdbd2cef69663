import { WroughtError } from '../model/errors.ts';

/** The error of a file system that has no room, or allows no file so long, told in terms of what was to be kept; others as they are. */
export function withoutRoom(error: unknown, what: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC')
    return new WroughtError('INSUFFICIENT_DISK_SPACE', `${what} find no room: the file system is full`, { cause: error });
  if (code === 'EFBIG')
    return new WroughtError('INSUFFICIENT_DISK_SPACE', `${what} is more than its file system allows a file to have`, { cause: error });
  return error;
}

import { WroughtError } from '../../model/errors.ts';

/** bcrypt only; a cost beyond 17 would take seconds per request. */
const BCRYPT = /^\$2[aby]\$(?:0[4-9]|1[0-7])\$[./A-Za-z0-9]{53}$/;

/**
 * Parses a password file: one `user:hash` per line, the first line of a user counts, lines without a colon are ignored.
 * @param source file name, for messages
 * @throws INVALID_PARAMETER naming the line that holds anything but a bcrypt hash.
 */
export function parseHtpasswd(text: string, source: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const user = line.slice(0, colon);
    const hash = line.slice(colon + 1).trim();
    if (!BCRYPT.test(hash)) {
      throw new WroughtError('INVALID_PARAMETER', `${source}, line ${index + 1}: the password is not a bcrypt hash of cost 4 to 17`);
    }
    if (!users.has(user)) users.set(user, hash);
  }
  return users;
}

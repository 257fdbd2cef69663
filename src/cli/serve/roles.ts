import { UsageError } from '../cli-error.ts';

/** What a process may do. */
export const ROLES = ['api', 'conductor'] as const;
export type Role = (typeof ROLES)[number];

export const ALL_ROLES: ReadonlySet<Role> = new Set(ROLES);

/** Reads `--roles api,conductor`. Throws UsageError. */
export function parseRoles(text: string): ReadonlySet<Role> {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const roles = words.map((word) => {
    const role = ROLES.find((each) => each === word);
    if (role === undefined) throw new UsageError(`--roles takes ${ROLES.join(' and ')}, comma-separated, found "${word}"`);
    return role;
  });
  if (roles.length === 0) throw new UsageError(`--roles needs at least one of ${ROLES.join(', ')}`);
  return new Set(roles);
}

import { WroughtError } from '../model/errors.ts';

/** Where the database is, as `[database]connection` says it. */
export type ConnectionTarget =
  | {
      readonly dialect: 'sqlite';
      /** File name; null for a database in memory. */
      readonly path: string | null;
      readonly synchronous: 'full' | 'normal';
      /** The connection as it may be shown. */
      readonly shown: string;
    }
  | { readonly dialect: 'postgresql' /** As `pg` reads it. */; readonly url: string; readonly shown: string };

/**
 * Reads a connection string as operators write it for SQLAlchemy: `sqlite:///relative`, `sqlite:////absolute`, `sqlite::memory:`,
 * `postgresql://…`, with or without a driver (`postgresql+psycopg2://`). SQLite takes `?synchronous=normal`.
 * @throws INVALID_PARAMETER; the message never holds the password.
 */
export function parseConnectionString(connection: string): ConnectionTarget {
  const text = connection.trim();
  if (text === 'sqlite::memory:' || text === 'sqlite://' || text === 'sqlite:///:memory:')
    return { dialect: 'sqlite', path: null, synchronous: 'normal', shown: 'sqlite::memory:' };
  const scheme = /^([a-z0-9]+)(?:\+[a-z0-9_]+)?:\/\//i.exec(text);
  const name = scheme?.[1]?.toLowerCase();
  const rest = text.slice(scheme?.[0].length ?? 0);
  if (name === 'sqlite') return sqliteTarget(rest);
  if (name === 'postgresql' || name === 'postgres') return postgresTarget(rest);
  throw new WroughtError(
    'INVALID_PARAMETER',
    `[database]connection: ${name === undefined ? 'the value has no scheme' : `databases of kind "${name}" are not supported`}; ` +
      'use sqlite:///path/to/file.db or postgresql://user:password@host/database',
  );
}

function sqliteTarget(rest: string): ConnectionTarget {
  const [path = '', query = ''] = rest.split('?', 2);
  if (!path.startsWith('/') || path.length < 2)
    throw new WroughtError(
      'INVALID_PARAMETER',
      `[database]connection: "sqlite://${path}" names no file; three slashes lead a relative path (sqlite:///a.db), four an absolute one`,
    );
  const synchronous = new URLSearchParams(query).get('synchronous') ?? 'full';
  if (synchronous !== 'full' && synchronous !== 'normal')
    throw new WroughtError('INVALID_PARAMETER', `[database]connection: synchronous="${synchronous}", want full or normal`);
  return { dialect: 'sqlite', path: path.slice(1), synchronous, shown: `sqlite://${path}` };
}

function postgresTarget(rest: string): ConnectionTarget {
  const url = `postgresql://${rest}`;
  // A socket directory as host (postgresql:///name?host=/run/postgresql) has an empty authority, which URL accepts for this scheme.
  if (!URL.canParse(url)) throw new WroughtError('INVALID_PARAMETER', '[database]connection: not a valid postgresql:// address');
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '******';
  shown.searchParams.delete('password');
  return { dialect: 'postgresql', url, shown: shown.href };
}

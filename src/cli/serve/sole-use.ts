import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../model/errors.ts';
import { parseConnectionString } from '../../store/connection-string.ts';
import { CommandFailure } from '../cli-error.ts';

/** A process that was killed a moment ago may not have let go yet, in milliseconds. */
const PATIENCE_MS = 1500;

/**
 * Makes sure that a SQLite file serves one process only: leases and events of several would not find together. Held is a lock of the
 * operating system on `<file>.lock`, which ends with the process however it ends; the file itself stays. Other databases are shared.
 *
 * Throws CommandFailure when another process has it.
 */
export function takeSoleUse(connection: string): { release(): void } {
  const target = parseConnectionString(connection);
  if (target.dialect !== 'sqlite' || target.path === null) return { release() {} };
  const path = resolve(target.path);
  mkdirSync(dirname(path), { recursive: true });
  const lock = new DatabaseSync(`${path}.lock`, { timeout: PATIENCE_MS });
  try {
    lock.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(messageOf(error))) throw error;
    throw new CommandFailure(
      `another process serves from the database ${path} (\`fuser ${path}.lock\` names it): a SQLite database serves one process; stop the other, set another [wrought]data_dir, or use PostgreSQL for several processes`,
      { cause: error },
    );
  }
  return { release: () => lock.close() };
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The version the checks were written against; another one may be put into WROUGHT_TEST_VENV. */
const SUSHY = 'sushy>=5.5,<7';

/**
 * The Python that has the foreign client: that of the environment WROUGHT_TEST_VENV names, else of one made below the user's cache
 * directory on first use (this needs the Debian package python3-venv and a package index).
 *
 * @throws Error when the environment cannot be made, with what the program said.
 */
export async function pythonWithSushy(): Promise<string> {
  const given = process.env.WROUGHT_TEST_VENV;
  const venv = given ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wrought-test-venv');
  const python = join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    if (given !== undefined) throw new Error(`WROUGHT_TEST_VENV: there is no ${python}`);
    await mkdir(venv, { recursive: true });
    await run('python3', ['-m', 'venv', venv]);
  }
  try {
    await run(python, ['-c', 'import sushy']);
  } catch {
    await run(python, ['-m', 'pip', 'install', '--quiet', SUSHY]);
  }
  return python;
}

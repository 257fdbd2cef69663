import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** What the checks were written against; another version may be put into WROUGHT_TEST_VENV. */
const AGENT = 'ironic-python-agent>=12,<14';

/**
 * The stock agent's program: of the environment that WROUGHT_TEST_VENV names, else of one made below the user's cache directory on first
 * use (this needs Debian's python3-venv and a package index). Debian's python3 is taken, as the agent needs 3.10 or later.
 *
 * @throws Error when it cannot be made, with what the program said.
 */
export async function stockAgentProgram(): Promise<string> {
  const given = process.env.WROUGHT_TEST_VENV;
  const venv = given ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wrought-test-agent-venv');
  const program = join(venv, 'bin', 'ironic-python-agent');
  if (existsSync(program)) return program;
  if (!existsSync(join(venv, 'bin', 'python'))) {
    await mkdir(venv, { recursive: true });
    await run('/usr/bin/python3', ['-m', 'venv', venv]);
  }
  await run(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', AGENT]);
  return program;
}

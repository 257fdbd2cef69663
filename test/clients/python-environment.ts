import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGES = ['python-ironicclient', 'openstacksdk'];

/** A Python environment that holds the unmodified clients. */
export interface PythonEnvironment {
  readonly python: string;
  readonly baremetal: string;
}

/**
 * The environment that WROUGHT_TEST_VENV names; else one of our own, made on first use with pip (needs python3-venv and a package index)
 * in the user's cache directory. @throws Error that says what is missing.
 */
export async function pythonEnvironment(): Promise<PythonEnvironment> {
  const given = process.env.WROUGHT_TEST_VENV;
  const folder = given ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wrought', 'clients-venv');
  const environment = { python: join(folder, 'bin', 'python'), baremetal: join(folder, 'bin', 'baremetal') };
  if (existsSync(environment.baremetal)) return environment;
  if (given !== undefined)
    throw new Error(`WROUGHT_TEST_VENV is ${given}, but there is no ${environment.baremetal}: install ${PACKAGES.join(' ')} there`);
  try {
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(environment.python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { timeout: 300_000 });
  } catch (error) {
    throw new Error(`the clients could not be installed (Debian package python3-venv, and a package index, are needed): ${String(error)}`);
  }
  return environment;
}

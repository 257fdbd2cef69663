import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../harness/free-port.ts';

const run = promisify(execFile);

/** A running emulator of a foreign make: sushy-tools with its fake driver, on loopback, with basic authentication. */
export interface SushyEmulator {
  readonly address: string;
  readonly systemId: string;
  readonly username: string;
  readonly password: string;
  /** What the emulator has printed so far, for failures. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Where Python programs for tests live: `WROUGHT_TEST_VENV`, or an environment made once in the user's cache. @throws with what to
 * install when that cannot be made.
 */
export async function sushyVenv(): Promise<string> {
  const given = process.env.WROUGHT_TEST_VENV;
  const venv = given ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wrought', 'test-venv');
  if (existsSync(join(venv, 'bin', 'sushy-emulator'))) return venv;
  if (given !== undefined) throw new Error(`${given} holds no sushy-emulator: run ${given}/bin/pip install sushy-tools`);
  try {
    await run('python3', ['-m', 'venv', venv]);
    await run(join(venv, 'bin', 'pip'), ['install', '--quiet', 'sushy-tools']);
  } catch (error) {
    throw new Error(`cannot make ${venv} with sushy-tools; this test needs the Debian package python3-venv and a package index`, {
      cause: error,
    });
  }
  return venv;
}

/** Starts the emulator with one system on a free port and waits until it answers. */
export async function startSushyEmulator(): Promise<SushyEmulator> {
  const venv = await sushyVenv();
  const dir = mkdtempSync(join(tmpdir(), 'wrought-sushy-'));
  const username = 'admin';
  const password = 'sushi-secret';
  const systemUuid = '27946b59-9e44-4fa7-8e91-f3527a1ef094';
  const hash = 'import bcrypt,sys;print(bcrypt.hashpw(sys.argv[1].encode(),bcrypt.gensalt(4)).decode())';
  const { stdout } = await run(join(venv, 'bin', 'python'), ['-c', hash, password]);
  writeFileSync(join(dir, 'htpasswd'), `${username}:${stdout.trim()}\n`);
  const port = await freePort();
  const settings = [
    "SUSHY_EMULATOR_LISTEN_IP = '127.0.0.1'",
    `SUSHY_EMULATOR_LISTEN_PORT = ${port}`,
    `SUSHY_EMULATOR_AUTH_FILE = ${JSON.stringify(join(dir, 'htpasswd'))}`,
    `SUSHY_EMULATOR_STATE_DIR = ${JSON.stringify(dir)}`,
  ];
  writeFileSync(join(dir, 'emulator.conf'), `${settings.join('\n')}\n`);

  const child = spawn(join(venv, 'bin', 'sushy-emulator'), ['--fake', '--config', join(dir, 'emulator.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `http://127.0.0.1:${port}`;

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }

  const end = Date.now() + 20_000;
  while (!(await answers(address))) {
    if (child.exitCode !== null || Date.now() > end) {
      await stop();
      throw new Error(`sushy-emulator does not answer at ${address}:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { address, systemId: `/redfish/v1/Systems/${systemUuid}`, username, password, output: () => output, stop };
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`${address}/redfish/v1/`)).ok;
  } catch {
    return false;
  }
}

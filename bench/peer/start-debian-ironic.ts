import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/harness/free-port.ts';
import { residentMb } from '../report.ts';
import { type Contender, commonOptions, toIni } from './contender.ts';
import { type LoopbackProcess, startProcess, waitUntil } from './loopback-process.ts';

const PROGRAMS = {
  '/usr/sbin/mariadbd': 'mariadb-server',
  '/usr/bin/mariadb-install-db': 'mariadb-server',
  '/usr/bin/mariadb': 'mariadb-client',
  '/usr/bin/ironic-api': 'ironic-api',
  '/usr/bin/ironic-conductor': 'ironic-conductor',
  '/usr/bin/ironic-dbsync': 'ironic-common',
  '/usr/lib/python3/dist-packages/pymysql': 'python3-pymysql',
} as const;

/** Debian packages that the peer needs and that are not installed here. */
export function missingPackages(): string[] {
  return [...new Set(Object.entries(PROGRAMS).flatMap(([path, name]) => (existsSync(path) ? [] : [name])))];
}

/**
 * Runs the peer from Debian's packages in `directory`: MariaDB on a socket with its own defaults, conductor and API on loopback, JSON-RPC
 * between them, two API workers. (On SQLite it starts but loses requests under concurrent clients.)
 */
export async function startDebianIronic(directory: string): Promise<Contender> {
  const processes: LoopbackProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const each of processes.toReversed()) await each.stop();
  };
  try {
    const socket = join(directory, 'mariadb.sock');
    await startMariadb(directory, socket, processes);
    const apiPort = await freePort();
    const configFile = await writeConfig(directory, socket, apiPort, await freePort());
    mustRun('/usr/bin/ironic-dbsync', ['--config-file', configFile, 'create_schema']);

    const since = performance.now();
    const conductor = startProcess('/usr/bin/ironic-conductor', ['--config-file', configFile], join(directory, 'conductor.out'));
    const api = startProcess('/usr/bin/ironic-api', ['--config-file', configFile], join(directory, 'api.out'));
    processes.push(conductor, api);
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const wait = (what: string, ready: () => Promise<boolean>): Promise<number> =>
      waitUntil(ready, { what, since, limitMs: 90_000, processes });
    const firstAnswerMs = await wait('the peer’s API', async () => (await fetch(`${apiUrl}/`)).ok);
    const readyMs = await wait('the peer’s conductor', async () =>
      (await (await fetch(`${apiUrl}/v1/drivers`)).text()).includes('fake-hardware'),
    );
    const [database] = processes;
    return {
      name: 'peer',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholder
      version: mustRun('/usr/bin/dpkg-query', ['--show', '--showformat=${Version}', 'ironic-api']),
      apiUrl,
      firstAnswerMs,
      readyMs,
      memory: () => ({
        database: residentMb(database?.pid ?? 0),
        conductor: residentTreeMb(conductor.pid),
        api: residentTreeMb(api.pid),
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startMariadb(directory: string, socket: string, processes: LoopbackProcess[]): Promise<void> {
  const data = join(directory, 'mariadb');
  // The server runs as whoever runs the bench; asked so by name when that is root.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  mustRun('/usr/bin/mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ]);
  const args = ['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--pid-file=${data}/pid`, '--skip-networking', ...user];
  processes.push(startProcess('/usr/sbin/mariadbd', args, join(directory, 'mariadb.out')));
  const sql = (text: string): number | null =>
    spawnSync('/usr/bin/mariadb', ['--no-defaults', `--socket=${socket}`, '-u', 'root', '-e', text]).status;
  await waitUntil(async () => sql('select 1') === 0, { what: 'MariaDB', since: performance.now(), limitMs: 60_000, processes });
  if (sql('create database ironic character set utf8mb3') !== 0) throw new Error('MariaDB: the database could not be created');
}

async function writeConfig(directory: string, socket: string, apiPort: number, rpcPort: number): Promise<string> {
  const state = join(directory, 'state');
  const logs = join(directory, 'logs');
  await mkdir(state);
  await mkdir(logs);
  const file = join(directory, 'ironic.conf');
  // The API calls the conductor by its host name.
  const own = {
    DEFAULT: { rpc_transport: 'json-rpc', host: 'localhost', log_dir: logs, state_path: state },
    json_rpc: { auth_strategy: 'noauth', host_ip: '127.0.0.1', port: String(rpcPort) },
    database: { connection: `mysql+pymysql://root@localhost/ironic?unix_socket=${socket}` },
    oslo_concurrency: { lock_path: state },
    api: { api_workers: '2' },
    service_catalog: { auth_type: 'none', endpoint_override: `http://127.0.0.1:${apiPort}` },
  };
  await writeFile(file, toIni(commonOptions(apiPort), own));
  return file;
}

/** Resident memory of a process and its children. */
function residentTreeMb(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return residentMb(pid) + children.reduce((sum, child) => sum + residentTreeMb(Number(child)), 0);
}

function mustRun(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(-2000)}`);
  return stdout.trim();
}

/** Last lines of the peer's logs: what a failed run is judged by. */
export async function tailOfLogs(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true });
  return files
    .filter((file) => /\.(log|out)$/.test(file))
    .map((file) => `--- ${file}\n${readFileSync(join(directory, file), 'utf8').slice(-1500)}`)
    .join('\n');
}

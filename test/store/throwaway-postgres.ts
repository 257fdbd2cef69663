import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

/** A PostgreSQL server of one's own, in a temporary directory, reachable by its socket alone. */
export interface ThrowawayPostgres {
  /** Makes an empty database and answers its connection string. */
  freshDatabase(): Promise<string>;
  /** Runs a statement as the server's owner. */
  query(text: string, values?: unknown[]): Promise<unknown[]>;
  stop(): Promise<void>;
}

/** Debian package with the server's programs. */
export const POSTGRES_PACKAGE = 'postgresql';

/** Directory of the newest installed server's programs, or undefined. */
export function findPostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
}

/**
 * Starts a server, or uses the one that WROUGHT_TEST_POSTGRES names (a connection string whose user may create databases). Nothing is
 * flushed to disk, unless it is to be `durable`: the data live as long as the test.
 */
export async function startThrowawayPostgres(bin: string, { durable = false } = {}): Promise<ThrowawayPostgres> {
  const given = process.env.WROUGHT_TEST_POSTGRES;
  if (given !== undefined) return databasesOf(given, async () => {});
  const directory = mkdtempSync(join(tmpdir(), 'wrought-pg-'));
  const identity = serverIdentity();
  if (identity) chownSync(directory, identity.uid, identity.gid);
  const data = join(directory, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'wrought', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...identity, encoding: 'utf8', cwd: directory },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const settings = ['max_connections=100', 'deadlock_timeout=100ms'];
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', directory, '-h', '', ...settings.flatMap((each) => ['-c', each])], {
    ...identity,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(server);
  return databasesOf(`postgresql:///postgres?host=${encodeURIComponent(directory)}&user=wrought`, async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await ended;
    rmSync(directory, { recursive: true });
  });
}

/** The server refuses to run as root: there its Debian user takes its place. */
function serverIdentity(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entry = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (!entry) throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as');
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

function ready(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`postgres ended with code ${code}: ${said.join('\n')}`)));
    server.once('error', reject);
    if (!server.stderr) throw new Error('postgres was started without its error output');
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (said.length < 200) said.push(line);
      if (line.includes('ready to accept connections')) resolve();
    });
  });
}

async function databasesOf(connection: string, end: () => Promise<void>): Promise<ThrowawayPostgres> {
  const admin = new pg.Client({ connectionString: connection });
  await admin.connect();
  const run = Math.random().toString(36).slice(2, 8);
  const made: string[] = [];
  return {
    async freshDatabase() {
      const name = `wrought_test_${run}_${made.length}`;
      made.push(name);
      await admin.query(`create database ${name} template template0 locale 'C' encoding 'UTF8'`);
      const url = new URL(connection);
      url.pathname = `/${name}`;
      return url.href;
    },
    query: async (text, values) => (await admin.query(text, values)).rows,
    async stop() {
      for (const name of made) await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
      await end();
    },
  };
}

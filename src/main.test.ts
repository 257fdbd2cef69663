import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const MAIN = new URL('main.ts', import.meta.url).pathname;
const dir = mkdtempSync(join(tmpdir(), 'wrought-main-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

interface Running {
  readonly child: ChildProcess;
  out: string;
  err: string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

function wrought(...args: string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: dir, env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const running: Running = { child, out: '', err: '', ended };
  child.stdout.on('data', (chunk) => {
    running.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    running.err += chunk;
  });
  return running;
}

/** Waits until a stream holds the text; fails with both streams when the process ends before. */
async function says(running: Running, stream: 'out' | 'err', text: string): Promise<void> {
  while (!running[stream].includes(text)) {
    assert.equal(running.child.exitCode, null, `ended early: ${running.out}${running.err}`);
    await Promise.race([
      once(running.child.stdout ?? running.child, 'data'),
      once(running.child.stderr ?? running.child, 'data'),
      running.ended,
    ]);
  }
}

test('serve prints its addresses, reads its configuration again at SIGHUP, and ends with 0 at SIGTERM', async () => {
  const file = join(dir, 'a.conf');
  writeFileSync(file, '[api]\nmax_limit = 10\n');
  const running = wrought('serve', '--json', '--set', 'api.port=0', '--config-file', file);
  await says(running, 'out', '\n');
  const { api }: { api: string } = JSON.parse(running.out.split('\n')[0] ?? '');
  assert.equal((await fetch(`${api}/v1`)).status, 200);
  writeFileSync(file, '[api]\nmax_limit = 20\nhost_ip = 127.0.0.2\n');
  running.child.kill('SIGHUP');
  await says(running, 'err', '"applied":["[api]max_limit"],"needRestart":["[api]host_ip"]');
  running.child.kill('SIGTERM');
  assert.deepEqual(await running.ended, { code: 0, signal: null }, running.err);
  assert.match(running.err, /service has stopped/);
});

test('serve says what is wrong and ends with 1', async () => {
  const running = wrought('serve', '--set', 'DEFAULT.auth_strategy=kerberos');
  assert.equal((await running.ended).code, 1);
  assert.equal(
    running.err,
    'wrought: command line: option [DEFAULT]auth_strategy must be one of noauth, keystone, http_basic, found "kerberos"\n',
  );
});

test('sim describes its rack as one line of JSON and ends at SIGINT', async () => {
  const running = wrought('sim', '--machines', '2', '--json', '--data-dir', join(dir, 'sim'));
  await says(running, 'out', '\n');
  const { machines }: { machines: { redfish: { address: string } }[] } = JSON.parse(running.out);
  assert.equal(machines.length, 2);
  assert.equal((await fetch(`${machines[1]?.redfish.address}/redfish/v1/`)).status, 200);
  running.child.kill('SIGINT');
  assert.equal((await running.ended).signal, null);
});

test('a reader that goes away is no failure', async () => {
  const running = wrought('config', 'show');
  running.child.stdout?.destroy();
  assert.equal((await running.ended).code, 0, running.err);
});

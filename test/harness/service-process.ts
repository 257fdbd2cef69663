import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** The service as a child process that can be killed and started again on the same ports and data. */
export interface KillableService {
  readonly apiUrl: string;
  /** Process id while it runs, else 0. */
  readonly pid: number;
  start(): Promise<void>;
  /** SIGKILL, at once. */
  kill(): void;
  /** SIGTERM, then waits for the end. */
  stop(): Promise<void>;
  /** Resolves to the answer, or null when the service did not answer at all. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown } | null>;
}

/** Microversion that the harness speaks. */
const VERSION = '1.115';

export async function createKillableService({
  dataDir,
  options = {},
}: {
  dataDir: string;
  /** `group.name` to value, beside the harness's own. */
  options?: Record<string, string>;
}): Promise<KillableService> {
  mkdirSync(dataDir, { recursive: true });
  const apiPort = await freePort();
  const filePort = await freePort();
  const settings: Record<string, string> = {
    'api.host_ip': '127.0.0.1',
    'api.port': String(apiPort),
    'wrought.data_dir': dataDir,
    'wrought.http_port': String(filePort),
    'wrought.agent_poll_interval': '1',
    'wrought.lease_ttl': '5',
    'conductor.deploy_callback_timeout': '60',
    'conductor.clean_callback_timeout': '60',
    'conductor.inspect_wait_timeout': '60',
    'conductor.check_provision_state_interval': '2',
    'conductor.file_url_allowed_paths': join(dataDir, '..'),
    'api.ramdisk_heartbeat_timeout': '6',
    ...options,
  };
  const configFile = join(dataDir, 'wrought.conf');
  writeFileSync(configFile, toIni(settings));
  const log = createWriteStream(join(dataDir, 'service.log'), { flags: 'a' });
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  let child: ChildProcess | null = null;

  const service: KillableService = {
    apiUrl,
    get pid() {
      return child?.pid ?? 0;
    },
    async start() {
      const started = spawn(
        process.execPath,
        [...(process.env.SERVICE_NODE_FLAGS?.split(' ') ?? []), 'src/main.ts', 'serve', '--config-file', configFile],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      child = started;
      started.stdout.pipe(log, { end: false });
      started.stderr.pipe(log, { end: false });
      const until = Date.now() + 20_000;
      while (Date.now() < until) {
        if (started.exitCode !== null) throw new Error(`the service ended with ${started.exitCode}; see ${join(dataDir, 'service.log')}`);
        if ((await service.request('GET', '/')) !== null) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('the service did not answer within 20 s');
    },
    kill() {
      child?.kill('SIGKILL');
      child = null;
    },
    async stop() {
      const running = child;
      child = null;
      if (!running || running.exitCode !== null) return;
      running.kill('SIGTERM');
      const hard = setTimeout(() => running.kill('SIGKILL'), 15_000);
      await new Promise((resolve) => running.once('exit', resolve));
      clearTimeout(hard);
    },
    async request(method, path, body) {
      try {
        const response = await fetch(`${apiUrl}${path}`, {
          method,
          headers: { 'X-OpenStack-Ironic-API-Version': VERSION, 'Content-Type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(20_000),
        });
        const text = await response.text();
        return { status: response.status, body: text === '' ? null : JSON.parse(text) };
      } catch {
        return null;
      }
    },
  };
  return service;
}

function toIni(settings: Record<string, string>): string {
  const groups = new Map<string, string[]>();
  for (const [key, value] of Object.entries(settings)) {
    const [group = '', name = ''] = key.split('.');
    groups.set(group, [...(groups.get(group) ?? []), `${name} = ${value}`]);
  }
  return [...groups].map(([group, lines]) => `[${group}]\n${lines.join('\n')}\n`).join('\n');
}

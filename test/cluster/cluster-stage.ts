import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { isProvisionState, STATE_INFO } from '../../src/model/states.ts';

/** One process of the service. */
export interface Member {
  readonly name: string;
  readonly apiUrl: string;
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGTERM, or SIGKILL where it does not end within seconds. */
  stop(): Promise<void>;
}

/** What all members of the cluster have in common. Leases and heartbeats are Wrought's defaults: they are what is tried. */
export interface Cluster {
  readonly connection: string;
  readonly dir: string;
  readonly settings: Readonly<Record<string, string>>;
}

export async function startMember(cluster: Cluster, name: string, roles: string, settings: Record<string, string> = {}): Promise<Member> {
  const dir = join(cluster.dir, name);
  mkdirSync(dir, { recursive: true });
  const given: Record<string, string> = {
    'DEFAULT.host': name,
    'database.connection': cluster.connection,
    'wrought.data_dir': dir,
    'api.port': '0',
    'json_rpc.port': '0',
    ...cluster.settings,
    ...settings,
  };
  const child: ChildProcess = spawn(
    process.execPath,
    ['src/main.ts', 'serve', '--json', '--roles', roles, ...Object.entries(given).flatMap(([key, value]) => ['--set', `${key}=${value}`])],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log = createWriteStream(join(dir, 'service.log'), { flags: 'a' });
  child.stderr?.pipe(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}; see ${join(dir, 'service.log')}`)));
    if (!child.stdout) throw new Error('no output');
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (text) => {
      if (text.startsWith('{"api"')) resolve(text);
      else log.write(`${text}\n`);
    });
  });
  const said: unknown = JSON.parse(line);
  return {
    name,
    apiUrl: isJsonObject(said) && typeof said.api === 'string' ? said.api : '',
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 8000);
      await ended.finally(() => clearTimeout(hard));
    },
  };
}

export interface Api {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: JsonObject }>;
  nodes(): Promise<JsonObject[]>;
  /** Sends a verb; a node that is held is asked again. */
  verb(uuid: string, target: string): Promise<void>;
  /** Waits until nothing acts on any of the nodes; the nodes as they then are. */
  settled(uuids: readonly string[], seconds: number): Promise<JsonObject[]>;
}

export function apiOf(url: string): Api {
  const api: Api = {
    async call(method, path, body) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { 'x-openstack-ironic-api-version': '1.115', 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await answer.text();
      const value: unknown = text === '' ? {} : JSON.parse(text);
      return { status: answer.status, body: isJsonObject(value) ? value : {} };
    },
    async nodes() {
      const { body } = await api.call('GET', '/v1/nodes/detail');
      return Array.isArray(body.nodes) ? body.nodes.filter(isJsonObject) : [];
    },
    async verb(uuid, target) {
      for (let tries = 0; ; tries++) {
        const { status, body } = await api.call('PUT', `/v1/nodes/${uuid}/states/provision`, { target });
        if (status === 202) return;
        assert.ok(tries < 40 && (status === 409 || status === 503), `${target}: ${status} ${JSON.stringify(body)}`);
        await pause(250);
      }
    },
    async settled(uuids, seconds) {
      const limit = Date.now() + seconds * 1000;
      for (;;) {
        const now = (await api.nodes()).filter((node) => uuids.includes(String(node.uuid)));
        if (now.length === uuids.length && now.every(rests)) return now;
        const busy = now.filter((node) => !rests(node)).map((node) => `${node.name} ${node.provision_state} ${node.reservation}`);
        assert.ok(Date.now() < limit, `not at rest after ${seconds} s: ${busy.join(', ')}`);
        await pause(200);
      }
    },
  };
  return api;
}

function rests({ provision_state: state, reservation }: JsonObject): boolean {
  return (
    typeof state === 'string' && isProvisionState(state) && ['stable', 'fail'].includes(STATE_INFO[state].kind) && reservation === null
  );
}

export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<number> {
  const started = Date.now();
  while (!(await holds())) {
    assert.ok(Date.now() - started < seconds * 1000, `${what}: not within ${seconds} s`);
    await pause(100);
  }
  return Date.now() - started;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

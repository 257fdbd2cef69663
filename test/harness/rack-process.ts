import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RackMachine {
  readonly name: string;
  readonly redfish: { address: string; system_id: string; username: string; password: string };
  readonly macs: string[];
  readonly disks: { path: string; serial: string; size: number }[];
}

/** `wrought sim` as a child process, which outlives kills of the service. */
export interface RackProcess {
  readonly machines: RackMachine[];
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startRackProcess({
  machines,
  dataDir,
  seed,
  args = [],
}: {
  machines: number;
  dataDir: string;
  seed: number;
  args?: string[];
}): Promise<RackProcess> {
  mkdirSync(dataDir, { recursive: true });
  const child = spawn(
    process.execPath,
    ['src/main.ts', 'sim', '--machines', String(machines), '--seed', String(seed), '--data-dir', dataDir, '--json', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log = createWriteStream(join(dataDir, 'rack.log'), { flags: 'a' });
  child.stderr.pipe(log);
  const described = await new Promise<{ machines: RackMachine[] }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the rack ended with ${code}; see ${join(dataDir, 'rack.log')}`)));
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
  });
  return {
    machines: described.machines,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await new Promise((resolve) => child.once('exit', resolve));
      clearTimeout(hard);
    },
  };
}

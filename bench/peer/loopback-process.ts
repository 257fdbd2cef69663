import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';

/** A child process that writes to a log file and is ended by its own id. */
export interface LoopbackProcess {
  readonly pid: number;
  /** Null while it runs. */
  exitCode(): number | null;
  stop(): Promise<void>;
}

/** Time a process gets to end by itself before it is killed. */
const GRACE_MS = 20_000;

/** Starts a program with its output in a log file. */
export function startProcess(program: string, args: readonly string[], logFile: string): LoopbackProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(program, [...args], { stdio: ['ignore', log, log] });
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  return {
    get pid() {
      if (failure) throw failure;
      return child.pid ?? 0;
    },
    exitCode: () => child.exitCode,
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(hard);
}

/** Asks until `ready` says so; answers the milliseconds from `since`. @throws Error when a process ends or the time is over. */
export async function waitUntil(
  ready: () => Promise<boolean>,
  options: { what: string; since: number; limitMs: number; processes: readonly LoopbackProcess[] },
): Promise<number> {
  const { what, since, limitMs, processes } = options;
  while (performance.now() - since < limitMs) {
    for (const each of processes)
      if (each.exitCode() !== null) throw new Error(`${what}: process ${each.pid} ended with ${each.exitCode()}`);
    if (await ready().catch(() => false)) return performance.now() - since;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what}: not ready after ${limitMs} ms`);
}

/** The `wrought` command: joins the process (arguments, streams, signals) to `runCli`. */
import { enableCompileCache } from 'node:module';
import type { Terminal } from './cli/terminal.ts';

const OLDEST_NODE = 24;

async function main(): Promise<number> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    process.stderr.write(
      `wrought: Node.js ${OLDEST_NODE} or later is needed, this is ${process.version}; run it through npm (npm run wrought -- …) or bin/wrought\n`,
    );
    return 1;
  }
  // Halves the time to the first output from the second run on; NODE_DISABLE_COMPILE_CACHE=1 does without.
  enableCompileCache();
  const stop = new AbortController();
  let signals = 0;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      signals++;
      if (signals > 1) process.exit(code);
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  const terminal: Terminal = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    env: process.env,
    signal: stop.signal,
  };
  // A reader that went away (`wrought node list | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  // Timers of the clock do not hold the process; a command that waits must not end for want of work.
  const alive = setInterval(() => undefined, 1 << 30);
  try {
    const { runCli } = await import('./cli/run-cli.ts');
    return await runCli(process.argv.slice(2), terminal);
  } finally {
    clearInterval(alive);
  }
}

process.exitCode = await main();

import type { Command } from 'commander';
import { UsageError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  machines: string;
  seed: string;
  image?: string;
  json?: boolean;
  log: string;
  keep?: boolean;
}

/** `wrought demo` */
export function addDemoCommand(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('deploy and tear down simulated machines, from enrolment to verified disks')
    .option('--machines <n>', 'how many', '4')
    .option('--seed <text>', 'the rack that is drawn', 'demo')
    .option('--image <path or url>', 'raw or qcow2 image; without it a small one is made')
    .option('--json', 'print the summary as one line of JSON')
    .option('--log <level>', "the service's own log: debug, info, warn, error or none", 'none')
    .option('--keep', 'keep disks and database of the demonstration')
    .action(async ({ machines, seed, image, json, log, keep }: Options) => {
      const logLevel = (['debug', 'info', 'warn', 'error', 'none'] as const).find((level) => level === log);
      if (logLevel === undefined) throw new UsageError(`--log must be debug, info, warn, error or none, found "${log}"`);
      const count = parseCount(machines, '--machines', 1000);
      const { runDemo } = await import('../demo/run-demo.ts');
      await runDemo({ machines: count, seed, image: image ?? null, json: json === true, logLevel, keep: keep === true }, terminal);
    });
}

/** A whole number from 1 to `max`. */
export function parseCount(text: string, option: string, max: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > max) throw new UsageError(`${option} must be a whole number from 1 to ${max}, found "${text}"`);
  return count;
}

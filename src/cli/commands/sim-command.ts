import type { Command } from 'commander';
import { UsageError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount } from './demo-command.ts';

interface Options {
  machines: string;
  seed: string;
  host: string;
  basePort?: string;
  dataDir: string;
  fast?: boolean;
  fault: string[];
  faults?: string;
  journal?: string;
  json?: boolean;
  log: string;
}

/** `wrought sim` */
export function addSimCommand(program: Command, terminal: Terminal): void {
  program
    .command('sim')
    .description('run a rack of simulated machines: Redfish BMCs, firmware, disks and the deploy agent')
    .option('--machines <n>', 'how many', '4')
    .option('--seed <text>', 'the same seed gives the same rack', 'rack')
    .option('--host <address>', 'address the BMCs listen on', '127.0.0.1')
    .option('--base-port <port>', 'port of the first BMC, the others follow; without it free ports are taken')
    .option('--data-dir <directory>', 'where the disk files stand', './wrought-sim')
    .option('--fast', 'machines start and stop at once')
    .option(
      '--fault <kind[:machine][,name=value...]>',
      'let something go wrong, for example bmc-hang:3; may be given several times',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option('--faults <file>', 'a fault script: JSON list of {machine, when, fault}')
    .option('--journal <file>', 'append everything that happens in the rack, one JSON object a line')
    .option('--log <level>', 'debug, info, warn or error', 'warn')
    .option('--json', 'print the rack as one line of JSON')
    .action(async (options: Options) => {
      const logLevel = (['debug', 'info', 'warn', 'error'] as const).find((level) => level === options.log);
      if (logLevel === undefined) throw new UsageError(`--log must be debug, info, warn or error, found "${options.log}"`);
      const machines = parseCount(options.machines, '--machines', 10_000);
      const basePort = options.basePort === undefined ? null : parseCount(options.basePort, '--base-port', 65_535);
      const { runSim } = await import('../sim/run-sim.ts');
      await runSim({ ...options, machines, basePort, logLevel, fast: options.fast === true, json: options.json === true }, terminal);
    });
}

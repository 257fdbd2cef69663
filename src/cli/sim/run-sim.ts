import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createLogger, type LogLevel } from '../../config/create-logger.ts';
import { systemClock } from '../../model/clock.ts';
import { parseFaultFlag, parseFaultScript } from '../../sim/faults/parse-faults.ts';
import { FAST_DELAYS, REALISTIC_DELAYS } from '../../sim/machine/delays.ts';
import { startRack } from '../../sim/start-rack.ts';
import { table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

export interface SimOptions {
  readonly machines: number;
  readonly seed: string;
  readonly host: string;
  readonly basePort: number | null;
  readonly dataDir: string;
  readonly fast: boolean;
  /** `--fault` flags. */
  readonly fault: readonly string[];
  /** Path of a fault script. */
  readonly faults?: string;
  /** Path of the file that gets every event of the rack. */
  readonly journal?: string;
  readonly logLevel: LogLevel;
  readonly json: boolean;
}

/** Runs a simulated rack until the terminal's signal. */
export async function runSim(options: SimOptions, terminal: Terminal): Promise<void> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const faults = [
    ...(options.faults === undefined ? [] : parseFaultScript(await readFile(options.faults, 'utf8'))),
    ...options.fault.map(parseFaultFlag),
  ];
  const rack = await startRack({
    faults,
    machines: options.machines,
    seed: options.seed,
    host: options.host,
    ...(options.basePort === null ? {} : { basePort: options.basePort }),
    dataDir,
    delays: options.fast ? FAST_DELAYS : REALISTIC_DELAYS,
    clock: systemClock,
    log: createLogger({ level: options.logLevel }),
  });
  // Written at once: whoever reads the journal of a rack that was killed must find what happened.
  const journal = options.journal === undefined ? null : openSync(options.journal, 'a');
  if (journal !== null) rack.onEvent((event) => writeSync(journal, `${JSON.stringify(event)}\n`));
  try {
    const description = rack.describe();
    if (options.json) terminal.out(`${JSON.stringify(description)}\n`);
    else {
      const rows = description.machines.map(({ name, redfish, macs }) => [
        name,
        redfish.address,
        redfish.system_id,
        redfish.username,
        macs[0],
      ]);
      terminal.out(table(['Machine', 'BMC', 'System', 'User', 'First MAC'], rows, terminal.columns));
      terminal.out('Passwords and disk files: --json. Ctrl-C ends the rack.\n');
    }
    await new Promise<void>((done) => {
      if (terminal.signal.aborted) done();
      else terminal.signal.addEventListener('abort', () => done(), { once: true });
    });
  } finally {
    await rack.close();
    if (journal !== null) closeSync(journal);
  }
}

import { CommanderError } from 'commander';
import { CommandFailure, UsageError } from './cli-error.ts';
import { createProgram } from './create-program.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs one command line (without the program's name) and answers its exit code: 0 done, 1 failed with the reason on standard error,
 * 2 bad usage, 130 stopped by a signal.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = await createProgram(terminal, args[0] ?? null);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      terminal.err(`wrought: ${error.message}\n`);
      return 2;
    }
    if (terminal.signal.aborted) {
      terminal.err('wrought: stopped\n');
      return 130;
    }
    terminal.err(`wrought: ${reasonOf(error, terminal.env.WROUGHT_TRACE !== undefined)}\n`);
    return 1;
  }
}

/** The message of failures that the program knows; a stack as well for those it does not, or where WROUGHT_TRACE is set. */
function reasonOf(error: unknown, trace: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const known = error instanceof CommandFailure || ['ApiError', 'ConfigError', 'WroughtError'].includes(error.name) || 'syscall' in error;
  return known && !trace ? error.message : (error.stack ?? error.message);
}

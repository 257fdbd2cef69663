import type { Command } from 'commander';
import { type ConfigOptions, withConfigOptions } from '../load-options.ts';
import type { Terminal } from '../terminal.ts';

/** `wrought db upgrade|status` */
export function addDatabaseCommands(program: Command, terminal: Terminal): void {
  const db = program.command('db').description('the database');
  for (const [name, what] of [
    ['upgrade', 'bring the schema up to date (serve does it by itself)'],
    ['status', 'show the version of the schema'],
  ] as const) {
    withConfigOptions(db.command(name).description(what))
      .option('--json', 'print JSON')
      .action(async (options: ConfigOptions & { json?: boolean }) => {
        const { runDatabaseCommand } = await import('../database-command.ts');
        await runDatabaseCommand(name, options, terminal);
      });
  }
}

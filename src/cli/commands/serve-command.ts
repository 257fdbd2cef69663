import type { Command } from 'commander';
import { UsageError } from '../cli-error.ts';
import { collect } from '../key-values.ts';
import { type ConfigOptions, configFiles, withConfigOptions } from '../load-options.ts';
import type { Terminal } from '../terminal.ts';

export interface ServeOptions extends ConfigOptions {
  set?: string[];
  json?: boolean;
  roles: string;
}

/** `wrought serve` */
export function addServeCommand(program: Command, terminal: Terminal): void {
  withConfigOptions(program.command('serve').description('run the service: API, conductor and boot services, in one process or apart'))
    .option('--set <group.option=value>', 'set one option; may be repeated', collect)
    .option('--roles <list>', 'what this process does: api, conductor or both (several processes need PostgreSQL)', 'api,conductor')
    .option('--json', 'print the addresses as one line of JSON once the service is up')
    .action(async (options: ServeOptions) => {
      const given = parseSettings(options.set ?? []);
      const { parseRoles } = await import('../serve/roles.ts');
      const roles = parseRoles(options.roles);
      const { runService } = await import('../serve/run-service.ts');
      await runService({ terminal, files: configFiles(options), given, json: options.json === true, roles });
    });
}

/** `group.option=value` arguments; the values stay text. */
export function parseSettings(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([A-Za-z0-9_]+\.[A-Za-z0-9_]+)=(.*)$/s.exec(pair);
      if (match === null) throw new UsageError(`--set wants GROUP.OPTION=VALUE, such as api.port=6386, found "${pair}"`);
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

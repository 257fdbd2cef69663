import type { Command } from 'commander';
import { type ConfigOptions, configFiles, withConfigOptions } from '../load-options.ts';
import { table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

/** `wrought config show` */
export function addConfigCommands(program: Command, terminal: Terminal): void {
  const config = program.command('config').description('the configuration in force');
  withConfigOptions(config.command('show').description('show every option, its value and where that came from'))
    .option('--set-only', 'only options that a file or the environment sets')
    .option('--group <name>', 'only this group')
    .option('--json', 'print JSON')
    .action((options: ConfigOptions & { json?: boolean; setOnly?: boolean; group?: string }) => show(terminal, options));
}

async function show(terminal: Terminal, options: ConfigOptions & { json?: boolean; setOnly?: boolean; group?: string }): Promise<void> {
  const [{ loadConfig }, { maskOption }, { describeSource }] = await Promise.all([
    import('../../config/load-config.ts'),
    import('../../config/mask-option.ts'),
    import('../../config/source.ts'),
  ]);
  const { config, warnings } = loadConfig({ files: configFiles(options), env: terminal.env });
  for (const warning of warnings) terminal.err(`warning: ${warning}\n`);
  const shown = config
    .all()
    .filter(
      ({ group, source }) => (options.group === undefined || options.group === group) && !(options.setOnly && source.kind === 'default'),
    )
    .map(({ group, name, option, value, source }) => ({
      group,
      name,
      type: option.type,
      value: maskOption(option, value),
      source: describeSource(source),
      ...(option.note === undefined ? {} : { note: option.note }),
    }));
  if (options.json) {
    terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
    return;
  }
  const rows = shown.map(({ group, name, value, source }) => [`[${group}]${name}`, value, source]);
  terminal.out(table(['Option', 'Value', 'From'], rows, terminal.columns));
}

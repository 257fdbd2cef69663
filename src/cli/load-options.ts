import type { Command } from 'commander';
import { collect } from './key-values.ts';

export interface ConfigOptions {
  configFile?: string[];
  configDir?: string[];
}

/** Adds the options that name configuration files, as the peer's commands have them. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('--config-file <file>', 'configuration in ironic.conf syntax; may be repeated, later files win', collect)
    .option('--config-dir <directory>', 'directory whose *.conf files are read after the files', collect);
}

/** Files in the order in which they are read. */
export function configFiles(options: ConfigOptions): string[] {
  return [...(options.configFile ?? []), ...(options.configDir ?? [])];
}

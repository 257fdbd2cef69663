import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** Adds its commands to the program. */
type Add = (program: Command, terminal: Terminal) => void;

/** First words, in the order of the help, and where their commands stand. */
const GROUPS: readonly (readonly [words: readonly string[], load: () => Promise<Add>])[] = [
  [['serve'], async () => (await import('./commands/serve-command.ts')).addServeCommand],
  [['demo'], async () => (await import('./commands/demo-command.ts')).addDemoCommand],
  [['sim'], async () => (await import('./commands/sim-command.ts')).addSimCommand],
  [['db'], async () => (await import('./commands/database-commands.ts')).addDatabaseCommands],
  [['config'], async () => (await import('./commands/config-commands.ts')).addConfigCommands],
  [['node'], async () => (await import('./commands/node-commands.ts')).addNodeCommands],
  [['port'], async () => (await import('./commands/port-commands.ts')).addPortCommands],
  [['driver', 'conductor'], async () => (await import('./commands/driver-commands.ts')).addDriverCommands],
  [['completion'], async () => (await import('./commands/completion-commands.ts')).addCompletionCommands],
];
/** Its script names every command. */
const NEEDS_ALL = 'completion';

/**
 * The command tree: all of it, or only the group of the command line's first word where that names one. Command files load only what
 * describes them; what does the work is imported by their actions. Both keep the first output quick.
 */
export async function createProgram(terminal: Terminal, firstWord: string | null = null): Promise<Command> {
  const program = new Command('wrought')
    .description('Takes physical servers from a BMC address to a running operating system, and back.')
    .version(versionOf(), '--version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what is possible)');
  const named = firstWord === null || firstWord === NEEDS_ALL ? [] : GROUPS.filter(([words]) => words.includes(firstWord));
  const loaded = await Promise.all((named.length > 0 ? named : GROUPS).map(([, load]) => load()));
  for (const add of loaded) add(program, terminal);
  return program;
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof found === 'string' ? found : 'unknown';
}

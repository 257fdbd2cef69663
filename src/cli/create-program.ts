import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCompletionCommands } from './commands/completion-commands.ts';
import { addConfigCommands } from './commands/config-commands.ts';
import { addDatabaseCommands } from './commands/database-commands.ts';
import { addDemoCommand } from './commands/demo-command.ts';
import { addDriverCommands } from './commands/driver-commands.ts';
import { addNodeOperationCommands } from './commands/node-operation-commands.ts';
import { addNodeProvisionCommands } from './commands/node-provision-commands.ts';
import { addNodeReadCommands } from './commands/node-read-commands.ts';
import { addNodeWriteCommands } from './commands/node-write-commands.ts';
import { addPortCommands } from './commands/port-commands.ts';
import { addServeCommand } from './commands/serve-command.ts';
import { addSimCommand } from './commands/sim-command.ts';
import type { Terminal } from './terminal.ts';

/**
 * The whole command tree. Command files load only what describes them; what does the work is imported by their actions, so that the
 * first output comes at once.
 */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('wrought')
    .description('Takes physical servers from a BMC address to a running operating system, and back.')
    .version(versionOf(), '--version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what is possible)');
  addServeCommand(program, terminal);
  addDemoCommand(program, terminal);
  addSimCommand(program, terminal);
  addDatabaseCommands(program, terminal);
  addConfigCommands(program, terminal);
  const node = program.command('node').description('machines');
  addNodeReadCommands(node, terminal);
  addNodeWriteCommands(node, terminal);
  addNodeProvisionCommands(node, terminal);
  addNodeOperationCommands(node, terminal);
  addPortCommands(program, terminal);
  addDriverCommands(program, terminal);
  addCompletionCommands(program, terminal);
  return program;
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof found === 'string' ? found : 'unknown';
}

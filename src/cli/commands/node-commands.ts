import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { addNodeOperationCommands } from './node-operation-commands.ts';
import { addNodeProvisionCommands } from './node-provision-commands.ts';
import { addNodeReadCommands } from './node-read-commands.ts';
import { addNodeRecoverCommand } from './node-recover-command.ts';
import { addNodeWriteCommands } from './node-write-commands.ts';

/** `wrought node …` */
export function addNodeCommands(program: Command, terminal: Terminal): void {
  const node = program.command('node').description('machines');
  addNodeReadCommands(node, terminal);
  addNodeWriteCommands(node, terminal);
  addNodeProvisionCommands(node, terminal);
  addNodeOperationCommands(node, terminal);
  addNodeRecoverCommand(node, terminal);
}

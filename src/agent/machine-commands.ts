import { messageOf } from '../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { AgentError } from './agent-error.ts';
import type { CommandRun, CommandTable } from './command-board.ts';
import type { HardwareManager } from './hardware-manager.ts';

/** Entries of one flow. */
const MAX_FLOW = 64;

/**
 * `image.*`, `log.*`, `poll.*`, `rescue.*`, `system.*` and `flow.*`. `endWith` ends the agent once the answer is on its way; `table`
 * gives all commands, for flows.
 */
export function machineCommands(parts: {
  hardware: HardwareManager;
  ignoreBootloaderFailure: boolean;
  endWith: (reason: string) => void;
  table: () => CommandTable;
}): CommandTable {
  const { hardware, endWith } = parts;
  return {
    'image.install_bootloader': {
      kind: 'async',
      required: ['root_uuid'],
      optional: ['efi_system_part_uuid', 'prep_boot_part_uuid', 'target_boot_mode', 'ignore_bootloader_failure'],
      async run(params) {
        const { ignore_bootloader_failure, ...args } = params;
        const ignore = typeof ignore_bootloader_failure === 'boolean' ? ignore_bootloader_failure : parts.ignoreBootloaderFailure;
        try {
          await hardware.installBootloader({ target_boot_mode: 'bios', ...args });
        } catch (error) {
          if (!ignore) throw error;
        }
        return null;
      },
    },
    'log.collect_system_logs': {
      kind: 'sync',
      required: [],
      optional: [],
      run: async () => ({ system_logs: await hardware.collectLogs() }),
    },
    'poll.get_hardware_info': { kind: 'sync', required: [], optional: [], run: () => hardware.inventory() },
    'poll.set_node_info': {
      kind: 'sync',
      required: [],
      optional: ['node_info'],
      check() {
        throw new AgentError('InvalidCommandParamsError', 'set_node_info is for agents without a conductor; this one has one');
      },
      run: async () => null,
    },
    'rescue.finalize_rescue': {
      kind: 'sync',
      required: [],
      optional: ['rescue_password', 'hashed'],
      async run(params) {
        const { rescue_password: password, hashed } = params;
        if (typeof password !== 'string' || password === '')
          throw new AgentError('InvalidCommandParamsError', 'rescue_password is missing');
        if (hashed !== true)
          throw new AgentError(
            'InvalidCommandParamsError',
            'rescue_password must be a crypt(5) hash sent with hashed=true: clear text is not taken',
          );
        if (!/^\$[0-9a-z]+\$[!-9;-~]+$/i.test(password) || password.length > 1024)
          throw new AgentError('InvalidCommandParamsError', 'rescue_password is not a crypt(5) hash');
        await hardware.setRescuePassword(password);
        endWith('rescue finalized');
        return null;
      },
    },
    'system.lockdown': {
      kind: 'sync',
      required: [],
      optional: [],
      async run() {
        endWith('locked down');
        return null;
      },
    },
    'flow.start_flow': {
      kind: 'async',
      required: ['flow'],
      optional: [],
      run: (params, run) => runFlow(params, parts.table(), run),
    },
  };
}

/** Runs the entries in order; the first that fails fails the flow. All are checked before the first runs. */
async function runFlow(params: JsonObject, table: CommandTable, run: CommandRun): Promise<null> {
  if (!Array.isArray(params.flow) || params.flow.length > MAX_FLOW)
    throw new AgentError('InvalidCommandParamsError', `flow must be a list of at most ${MAX_FLOW} commands`);
  const entries = params.flow.flatMap((each): [string, Json | undefined][] => (isJsonObject(each) ? Object.entries(each) : [['?', each]]));
  for (const [name] of entries) {
    if (name === 'flow.start_flow' || !Object.hasOwn(table, name))
      throw new AgentError('InvalidCommandParamsError', `flow: "${name.slice(0, 100)}" is no command that can be part of a flow`);
  }
  for (const [name, args] of entries) {
    const spec = table[name];
    const given = isJsonObject(args) ? args : {};
    try {
      const missing = spec?.required.filter((each) => !Object.hasOwn(given, each)) ?? [];
      if (missing.length > 0) throw new AgentError('InvalidCommandParamsError', `missing parameters: ${missing.join(', ')}`);
      spec?.check?.(given);
      await spec?.run(given, run);
    } catch (error) {
      throw new AgentError(error instanceof AgentError ? error.type : 'CommandExecutionError', `flow: ${name} failed: ${messageOf(error)}`);
    }
  }
  return null;
}

import { messageOf } from '../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { StepSpec } from '../model/step.ts';
import { AgentError, type AgentErrorType } from './agent-error.ts';
import type { CommandRun, CommandTable } from './command-board.ts';
import type { HardwareManager } from './hardware-manager.ts';
import type { ImageWriter } from './image-writer.ts';
import { type KnownNode, knownNode } from './lookup-answer.ts';

type AgentStepKind = 'clean' | 'deploy' | 'service';
const KINDS: readonly AgentStepKind[] = ['clean', 'deploy', 'service'];
const ERROR_TYPES: Readonly<Record<AgentStepKind, AgentErrorType>> = {
  clean: 'CleaningError',
  deploy: 'DeploymentError',
  service: 'ServicingError',
};

/** Class name under which the agent's own steps are listed, beside the hardware manager's. */
const OWN_STEPS = 'WroughtAgent';

const WRITE_IMAGE: StepSpec = {
  interface: 'deploy',
  step: 'write_image',
  priority: 0,
  argsinfo: {
    image_info: { description: 'Where the image is, its format and its checksum.', required: true },
    configdrive: { description: 'Base64 of a gzipped config drive, or its URL.', required: false },
  },
  abortable: false,
  requires_ramdisk: true,
  destroys_data: true,
};

/**
 * `clean.*`, `deploy.*` and `service.*`: which steps there are and running one of them. The node of each call is remembered through
 * `remember`, as later commands (`standby.prepare_image`) need its root device hints.
 */
export function stepCommands(parts: {
  hardware: HardwareManager;
  writer: ImageWriter;
  version: string;
  remember: (node: KnownNode) => void;
}): CommandTable {
  const { hardware, writer } = parts;
  const table: Record<string, CommandTable[string]> = {};
  const versions = (): Record<string, string> => ({ [hardware.name]: hardware.version, wrought_agent: parts.version });

  for (const kind of KINDS) {
    table[`${kind}.get_${kind}_steps`] = {
      kind: 'sync',
      required: ['node', 'ports'],
      optional: [],
      async run(params) {
        parts.remember(nodeParam(params));
        const own = kind === 'clean' ? [] : [WRITE_IMAGE];
        return {
          [`${kind}_steps`]: { [hardware.name]: (await hardware.steps(kind)).map(wireStep), [OWN_STEPS]: own.map(wireStep) },
          hardware_manager_version: versions(),
        };
      },
    };
    table[`${kind}.execute_${kind}_step`] = {
      kind: 'async',
      required: ['step', 'node', 'ports'],
      optional: [`${kind}_version`],
      open: true,
      async run(params, run) {
        const node = nodeParam(params);
        parts.remember(node);
        checkVersion(params[`${kind}_version`], versions());
        const step = stepParam(params);
        const value = await execute(kind, step, stepArgs(params, step, kind), node, portsParam(params), run);
        return { [`${kind}_result`]: value, [`${kind}_step`]: step };
      },
    };
  }
  return table;

  async function execute(
    kind: AgentStepKind,
    step: JsonObject & { step: string },
    args: JsonObject,
    node: KnownNode,
    ports: JsonObject[],
    run: CommandRun,
  ): Promise<Json> {
    try {
      hardware.stepStarts?.(kind, step);
      if (step.step === 'write_image' && kind !== 'clean')
        return { result: await writer.write(args.image_info, args.configdrive, node, run) };
      const known = (await hardware.steps(kind)).some((each) => each.step === step.step);
      if (!known)
        throw new AgentError('HardwareManagerMethodNotFound', `no hardware manager has the ${kind} step "${step.step.slice(0, 100)}"`);
      return await hardware.runStep(kind, step.step, args, { node, ports, signal: run.signal, progress: run.progress });
    } catch (error) {
      if (error instanceof AgentError) throw error;
      throw new AgentError(ERROR_TYPES[kind], `${kind} step ${step.step} failed: ${messageOf(error)}`, { cause: error });
    }
  }
}

function wireStep(step: StepSpec): Json {
  return {
    interface: step.interface,
    step: step.step,
    priority: step.priority,
    reboot_requested: step.reboot_requested ?? false,
    abortable: step.abortable,
    destroys_data: step.destroys_data ?? false,
    ...(step.argsinfo === null
      ? {}
      : {
          argsinfo: Object.fromEntries(
            Object.entries(step.argsinfo).map(([name, info]) => [
              name,
              { description: info.description, required: info.required ?? false },
            ]),
          ),
        }),
  };
}

function nodeParam(params: JsonObject): KnownNode {
  const node = knownNode(params.node);
  if (node === undefined) throw new AgentError('InvalidCommandParamsError', 'node must be an object with a uuid');
  return node;
}

function portsParam(params: JsonObject): JsonObject[] {
  return Array.isArray(params.ports) ? params.ports.filter(isJsonObject) : [];
}

function stepParam(params: JsonObject): JsonObject & { step: string } {
  const { step } = params;
  if (!isJsonObject(step) || typeof step.step !== 'string')
    throw new AgentError('InvalidCommandParamsError', 'step must be an object that names the step');
  return { ...step, step: step.step };
}

/** Further parameters of the call are arguments too; those of the step win. */
function stepArgs(params: JsonObject, step: JsonObject, kind: AgentStepKind): JsonObject {
  const { step: _step, node: _node, ports: _ports, [`${kind}_version`]: _version, ...others } = params;
  return { ...others, ...(isJsonObject(step.args) ? step.args : {}) };
}

function checkVersion(given: Json | undefined, present: Record<string, string>): void {
  if (given === null || given === undefined) return;
  const same =
    isJsonObject(given) &&
    Object.keys(given).length === Object.keys(present).length &&
    Object.entries(present).every(([name, version]) => given[name] === version);
  if (!same)
    throw new AgentError(
      'VersionMismatch',
      `hardware manager versions have changed: the steps were listed by ${JSON.stringify(given)}, present are ${JSON.stringify(present)}`,
    );
}

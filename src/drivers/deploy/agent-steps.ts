import type { Config } from '../../config/config.ts';
import { INTERFACE_KINDS, type InterfaceKind } from '../../model/interface-kind.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { StepArgument, StepKind, StepSpec } from '../../model/step.ts';

/** Most steps taken over from an agent. */
const MAX_STEPS = 1000;

/** Steps of the stock agent that erase or overwrite disks; agents of ours say it of each step themselves. */
const DESTROYERS = new Set([
  'erase_devices',
  'erase_devices_metadata',
  'erase_devices_express',
  'burnin_disk',
  'create_configuration',
  'delete_configuration',
  'apply_configuration',
  'write_image',
  'execute_bootc_install',
]);

/** Steps whose priority the operator may set; group `deploy`, option `<step>_priority`. */
const OVERRIDABLE = new Set(['erase_devices', 'erase_devices_metadata', 'create_configuration', 'delete_configuration']);

/** What an agent listed. */
export interface AgentSteps {
  readonly steps: readonly StepSpec[];
  readonly versions: JsonObject;
  /** Entries that could not be used, for the log. */
  readonly problems: readonly string[];
}

/**
 * Reads the answer of `<kind>.get_<kind>_steps`. Undefined when it lacks one of its two keys. Steps without interface, name or priority are
 * left out and told of.
 */
export function parseAgentSteps(result: unknown, kind: StepKind): AgentSteps | undefined {
  if (!isJsonObject(result)) return undefined;
  const byManager = result[`${kind}_steps`];
  const versions = result.hardware_manager_version;
  if (!isJsonObject(byManager) || !isJsonObject(versions)) return undefined;
  const steps: StepSpec[] = [];
  const problems: string[] = [];
  for (const [manager, list] of Object.entries(byManager)) {
    if (!Array.isArray(list)) {
      problems.push(`${manager}: its steps are no list`);
      continue;
    }
    for (const each of list) {
      if (steps.length >= MAX_STEPS) return { steps, versions, problems: [...problems, `more than ${MAX_STEPS} steps`] };
      const step = parseStep(each, kind);
      if (typeof step === 'string') problems.push(`${manager}: ${step}`);
      else steps.push(step);
    }
  }
  return { steps, versions, problems };
}

/** Applies `[deploy]<step>_priority` to cleaning steps; unset leaves the agent's number. */
export function withPriorityOverrides(steps: readonly StepSpec[], config: Config): StepSpec[] {
  return steps.map((step) => {
    if (!OVERRIDABLE.has(step.step)) return step;
    const priority = config.optionalInteger('deploy', `${step.step}_priority`);
    return priority === null ? step : { ...step, priority };
  });
}

/** Steps by interface, as `driver_internal_info.agent_cached_<kind>_steps` holds them. */
export function groupedByInterface(steps: readonly StepSpec[]): JsonObject {
  const grouped: Record<string, Json[]> = {};
  for (const step of steps) {
    const list = grouped[step.interface] ?? [];
    list.push(JSON.parse(JSON.stringify(step)));
    grouped[step.interface] = list;
  }
  return grouped;
}

function parseStep(value: Json, kind: StepKind): StepSpec | string {
  if (!isJsonObject(value)) return 'a step is no object';
  const { step, priority } = value;
  const kindOfInterface = INTERFACE_KINDS.find((each): each is InterfaceKind => each === value.interface);
  if (typeof step !== 'string' || step === '') return 'a step has no name';
  if (kindOfInterface === undefined) return `step ${step} has no known interface`;
  if (typeof priority !== 'number' || !Number.isInteger(priority) || priority < 0) return `step ${step} has no priority`;
  return {
    interface: kindOfInterface,
    step,
    priority,
    argsinfo: parseArgs(value.argsinfo),
    abortable: kind === 'deploy' ? false : value.abortable === true,
    requires_ramdisk: true,
    reboot_requested: value.reboot_requested === true,
    destroys_data: value.destroys_data === true || DESTROYERS.has(step),
  };
}

function parseArgs(value: Json | undefined): Record<string, StepArgument> | null {
  if (!isJsonObject(value)) return null;
  const args: Record<string, StepArgument> = {};
  for (const [name, info] of Object.entries(value)) {
    if (!isJsonObject(info)) continue;
    args[name] = {
      description: typeof info.description === 'string' ? info.description : '',
      required: info.required === true,
    };
  }
  return args;
}

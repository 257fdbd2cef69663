import type { DriverStep } from '../../drivers/driver.ts';
import { INTERFACE_KINDS, type InterfaceKind } from '../../model/interface-kind.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { STEP_INTERFACE_RANK, type StepKind, type StepRecord, type StepSpec } from '../../model/step.ts';
import type { NodeTask } from '../node-task.ts';
import type { Flow } from './flow.ts';
import { recordOfDriverStep, recordOfInBandStep, stepName } from './step-record.ts';

/** Steps of a kind that the node's interfaces offer. */
export function driverSteps(task: NodeTask, kind: StepKind): { kind: InterfaceKind; step: DriverStep }[] {
  const rank = STEP_INTERFACE_RANK[kind];
  return INTERFACE_KINDS.filter((each) => rank[each] !== undefined).flatMap((each) =>
    task.driver[each].steps.filter((step) => step.kind === kind).map((step) => ({ kind: each, step })),
  );
}

/** The code of a driver step; undefined when the interface does not offer it (any more). */
export function findDriverStep(task: NodeTask, kind: StepKind, wanted: Pick<StepSpec, 'interface' | 'step'>): DriverStep | undefined {
  return task.driver[wanted.interface].steps.find((step) => step.kind === kind && step.step === wanted.step);
}

/** In-band steps as the agent last told them; null while it has not. */
export function cachedInBandSteps(node: Node, flow: Flow): StepSpec[] | null {
  const cached = node.driver_internal_info[flow.cached];
  if (cached === undefined || cached === null) return null;
  // The peer groups them by interface; a flat list is accepted too.
  const items = Array.isArray(cached)
    ? cached
    : isJsonObject(cached)
      ? Object.values(cached).flatMap((group) => (Array.isArray(group) ? group : []))
      : [];
  return items.filter(isSpec).map(specOf);
}

/** All steps on offer: the drivers', then the agent's that no driver step hides. */
export function offeredSteps(task: NodeTask, flow: Flow, inBand: readonly StepSpec[] | null): StepRecord[] {
  const out = driverSteps(task, flow.kind).map(({ kind, step }) => recordOfDriverStep(kind, step));
  const names = new Set(out.map(stepName));
  return [...out, ...(inBand ?? []).filter((spec) => !names.has(stepName(spec))).map(recordOfInBandStep)];
}

/** Highest priority first, ties by the interface's rank. */
export function byPriority(kind: StepKind): (a: StepRecord, b: StepRecord) => number {
  const rank = STEP_INTERFACE_RANK[kind];
  return (a, b) => b.priority - a.priority || (rank[b.interface] ?? 0) - (rank[a.interface] ?? 0);
}

const KINDS: ReadonlySet<string> = new Set(INTERFACE_KINDS);

function isSpec(value: unknown): value is JsonObject & { step: string; interface: InterfaceKind } {
  return isJsonObject(value) && typeof value.step === 'string' && typeof value.interface === 'string' && KINDS.has(value.interface);
}

function specOf(item: JsonObject & { step: string; interface: InterfaceKind }): StepSpec {
  return {
    interface: item.interface,
    step: item.step,
    priority: typeof item.priority === 'number' ? item.priority : 0,
    argsinfo: argsinfoOf(item.argsinfo),
    abortable: item.abortable === true,
    requires_ramdisk: item.requires_ramdisk !== false,
    ...(item.reboot_requested === true ? { reboot_requested: true } : {}),
    ...(typeof item.destroys_data === 'boolean' ? { destroys_data: item.destroys_data } : {}),
  };
}

function argsinfoOf(value: unknown): StepSpec['argsinfo'] {
  if (!isJsonObject(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, info]) => [
      name,
      {
        description: isJsonObject(info) && typeof info.description === 'string' ? info.description : '',
        required: isJsonObject(info) && info.required === true,
      },
    ]),
  );
}

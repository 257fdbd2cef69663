import type { DriverStep } from '../../drivers/driver.ts';
import { INTERFACE_KINDS, type InterfaceKind } from '../../model/interface-kind.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { RESERVED_STEPS, type StepRecord, type StepSpec } from '../../model/step.ts';

const KINDS: ReadonlySet<string> = new Set(INTERFACE_KINDS);
const RESERVED: ReadonlySet<string> = new Set(RESERVED_STEPS);

/** True for one of the steps the engine itself carries out, whatever the interface says. */
export function isReserved(step: string): boolean {
  return RESERVED.has(step);
}

/** Guard for a step as it comes back from the database. */
export function isStepRecord(value: unknown): value is StepRecord & JsonObject {
  return (
    isJsonObject(value) &&
    typeof value.step === 'string' &&
    typeof value.interface === 'string' &&
    KINDS.has(value.interface) &&
    typeof value.priority === 'number' &&
    isJsonObject(value.args) &&
    typeof value.in_band === 'boolean' &&
    typeof value.destroys_data === 'boolean'
  );
}

/** The step as JSON, as it is stored and shown. */
export function stepJson(step: StepRecord): JsonObject {
  const argsinfo: JsonObject | null = step.argsinfo === null ? null : argsinfoJson(step.argsinfo);
  return {
    interface: step.interface,
    step: step.step,
    priority: step.priority,
    args: step.args,
    argsinfo,
    abortable: step.abortable,
    requires_ramdisk: step.requires_ramdisk,
    in_band: step.in_band,
    destroys_data: step.destroys_data,
    ...(step.reboot_requested === undefined ? {} : { reboot_requested: step.reboot_requested }),
    ...(step.abort_after === undefined ? {} : { abort_after: step.abort_after }),
  };
}

/** Argument descriptions as JSON. */
export function argsinfoJson(argsinfo: NonNullable<StepSpec['argsinfo']>): JsonObject {
  return Object.fromEntries(
    Object.entries(argsinfo).map(([name, { description, required }]) => [
      name,
      { description, ...(required === undefined ? {} : { required }) },
    ]),
  );
}

/** `deploy.write_image`. */
export function stepName(step: Pick<StepSpec, 'interface' | 'step'>): string {
  return `${step.interface}.${step.step}`;
}

/** A record of a step that the driver carries out. */
export function recordOfDriverStep(kind: InterfaceKind, step: DriverStep): StepRecord {
  return {
    interface: kind,
    step: step.step,
    priority: step.priority,
    args: {},
    argsinfo: step.argsinfo,
    abortable: step.abortable,
    requires_ramdisk: step.requires_ramdisk,
    in_band: false,
    destroys_data: step.destroysData,
  };
}

/** Names of in-band steps that are known to leave disks alone; any other is taken for destructive unless the agent says. */
const HARMLESS_IN_BAND = /^(burnin_(cpu|memory|network)|collect_|get_|list_|check_|verify_|validate_|wait|log_|report_)/;

/** A record of a step that the agent carries out. */
export function recordOfInBandStep(spec: StepSpec): StepRecord {
  return {
    interface: spec.interface,
    step: spec.step,
    priority: spec.priority,
    args: {},
    argsinfo: spec.argsinfo,
    abortable: spec.abortable,
    requires_ramdisk: true,
    in_band: true,
    destroys_data: spec.destroys_data ?? !HARMLESS_IN_BAND.test(spec.step),
    ...(spec.reboot_requested ? { reboot_requested: true } : {}),
  };
}

/** A record of a reserved step. */
export function recordOfReservedStep(
  kind: InterfaceKind,
  step: string,
  args: Record<string, Json | undefined>,
  priority: number,
): StepRecord {
  return {
    interface: kind,
    step,
    priority,
    args,
    argsinfo: null,
    abortable: true,
    requires_ramdisk: false,
    in_band: false,
    destroys_data: false,
  };
}

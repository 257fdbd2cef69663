import type { CallOptions } from '../access/bmc-connection.ts';
import { quirksOf } from '../quirks.ts';
import { readResource } from '../views/resource.ts';
import { type BmcBootMode, type BootEnabled, type BootTarget, parseBoot, type SystemView } from '../views/system.ts';
import { findingOf, follow, type OperationContext } from './operation-context.ts';

/** What the machine shall boot from. */
export interface BootOverride {
  readonly target: BootTarget;
  readonly enabled: BootEnabled;
  /** Sent only when it differs from what is set. */
  readonly mode?: BmcBootMode;
  /** With UefiHttp only; null lets DHCP decide. */
  readonly httpBootUri?: string | null;
}

type BootFields = Record<string, string | null>;

/** Sets the boot override; @throws unsupported when the target is not among the allowed ones. */
export async function setBootOverride(context: OperationContext, wanted: BootOverride, options?: CallOptions): Promise<void> {
  const system = await context.system(options);
  const quirks = quirksOf({ vendor: system.manufacturer, model: system.model, firmware: null });
  const target = allowedTarget(context, system, wanted.target, quirks.cdIsUsbCd);
  const fields: BootFields = { BootSourceOverrideTarget: target };
  if (quirks.sendWholeBoot || quirks.alwaysSendBootEnabled || system.boot.enabled !== wanted.enabled) {
    // Some BMCs refuse a change that changes nothing.
    fields.BootSourceOverrideEnabled = wanted.enabled;
  }
  if (quirks.sendWholeBoot) fields.BootSourceOverrideMode = wanted.mode ?? system.boot.mode ?? 'UEFI';
  else if (wanted.mode !== undefined && wanted.mode !== system.boot.mode) fields.BootSourceOverrideMode = wanted.mode;
  if (target === 'UefiHttp') fields.HttpBootUri = wanted.httpBootUri ?? null;

  await patchBoot(context, system, fields, options);
  if (quirks.restoreBootMode && wanted.mode === undefined && system.boot.mode !== null) {
    const after = await context.system(options);
    if (after.boot.mode !== system.boot.mode) await patchBoot(context, after, { BootSourceOverrideMode: system.boot.mode }, options);
  }
}

/** Sets the boot mode alone; the BMC may take it over with the next boot only. */
export async function setBootMode(context: OperationContext, mode: BmcBootMode, options?: CallOptions): Promise<void> {
  const system = await context.system(options);
  const quirks = quirksOf({ vendor: system.manufacturer, model: system.model, firmware: null });
  const fields: BootFields = { BootSourceOverrideMode: mode };
  if (quirks.sendWholeBoot) {
    fields.BootSourceOverrideTarget = system.boot.target ?? 'Pxe';
    fields.BootSourceOverrideEnabled = system.boot.enabled ?? 'Once';
  }
  await patchBoot(context, system, fields, options);
}

function allowedTarget(context: OperationContext, system: SystemView, target: BootTarget, cdIsUsbCd: boolean): BootTarget {
  const allowed = system.boot.allowedTargets;
  if (target === 'Cd' && cdIsUsbCd && allowed?.includes('UsbCd')) return 'UsbCd';
  if (allowed === null || allowed.includes(target)) return target;
  throw findingOf(context, 'unsupported', 'PATCH', system.path, `does not offer boot target ${target}; offered are ${allowed.join(', ')}`);
}

/** Members that the settings resource has in its own Boot go there, the others to the system. */
async function patchBoot(context: OperationContext, system: SystemView, fields: BootFields, options?: CallOptions): Promise<void> {
  const own: BootFields = { ...fields };
  if (system.links.settings !== null) {
    const path = follow(context, system.path, system.links.settings);
    const answer = await context.connection.get(path, options);
    const pending = parseBoot(answer);
    const there: BootFields = {};
    for (const [name, value] of Object.entries(fields)) {
      if (!pending.members.includes(name)) continue;
      there[name] = value;
      delete own[name];
    }
    if (fields.BootSourceOverrideTarget !== 'UefiHttp' && pending.httpBootUri) there.HttpBootUri = null;
    if (Object.keys(there).length > 0) {
      await context.connection.patch(path, { Boot: there }, readResource(answer).view.etag, options);
    }
  }
  if (Object.keys(own).length > 0) await context.connection.patch(system.path, { Boot: own }, system.etag, options);
}

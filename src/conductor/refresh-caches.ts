import type { Logger } from '../config/logger.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { NodePatch } from '../model/node.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { NodeTask } from './node-task.ts';
import { withDeadline } from './with-deadline.ts';
import { isLeaseLoss } from './with-node.ts';

/** Longest that reading one cache may take. */
const READ_SECONDS = 120;

/**
 * Reads what the hardware says of itself (vendor, boot mode, secure boot, BIOS settings, firmware) and stores what differs. Nothing here
 * may fail the work that asks for it.
 */
export async function refreshCaches(ctx: ConductorContext, task: NodeTask): Promise<void> {
  const { management, bios, firmware } = task.driver;
  const vendor = await read(ctx, task, 'vendor', (t) => management.detectVendor(t));
  const mode = await read(ctx, task, 'boot mode', (t) => management.getBootMode(t));
  const secure = await read(ctx, task, 'secure boot', (t) => management.getSecureBoot(t));
  await read(ctx, task, 'BIOS settings', (t) => bios.cacheSettings(t));
  await read(ctx, task, 'firmware', (t) => firmware.cacheComponents(t));
  const patch: NodePatch = {};
  if (mode && mode !== task.node.boot_mode) patch.boot_mode = mode;
  if (typeof secure === 'boolean' && secure !== task.node.secure_boot) patch.secure_boot = secure;
  if (vendor && vendor !== task.node.properties.vendor) patch.properties = { ...task.node.properties, vendor };
  if (Object.keys(patch).length > 0) await task.save(patch);
}

async function read<T>(ctx: ConductorContext, task: NodeTask, what: string, get: (task: NodeTask) => Promise<T>): Promise<T | null> {
  try {
    return await withDeadline(ctx, task, { what: `reading ${what}`, seconds: READ_SECONDS }, get);
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    report(task.log, task.node.uuid, what, error);
    return null;
  }
}

function report(log: Logger, node: string, what: string, error: unknown): void {
  const fields = { node, what, error: messageOf(error) };
  if (hasCode(error, 'UNSUPPORTED_BY_DRIVER', 'NOT_BUILT')) log.debug(fields, 'the hardware does not tell');
  else log.warn(fields, 'a cached value could not be read');
}

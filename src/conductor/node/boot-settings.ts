/** Boot device, boot mode, secure boot, NMI and RAID target: small acts on one machine, each under its lease. */
import { hasCode, messageOf, WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { BootDevice, BootMode, NodePatch } from '../../model/node.ts';
import { BOOT_MODE_CHANGE_REFUSED } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { cutText } from '../history-note.ts';
import type { NodeTask } from '../node-task.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { withDeadline } from '../with-deadline.ts';
import { startWork, withNode } from '../with-node.ts';
import { lookAt } from './validate-node.ts';

/** Longest a single act at the BMC may take. */
const BMC_SECONDS = 300;

/** @throws INVALID_PARAMETER for a device that the machine does not offer; BMC errors. */
export async function setBootDevice(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  device: BootDevice,
  persistent: boolean,
): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'setting the boot device', request }, async (task) => {
    await validateInterfaces(ctx, task, ['management']);
    await atBmc(ctx, task, 'setting the boot device', async (t) => {
      const supported = await t.driver.management.supportedBootDevices(t);
      if (!supported.includes(device)) {
        throw new WroughtError(
          'INVALID_PARAMETER',
          `Node ${uuid}: boot device ${device} is not supported; supported are ${supported.join(', ')}.`,
        );
      }
      await t.driver.management.setBootDevice(t, device, persistent);
    });
  });
}

export async function getBootDevice(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
): Promise<{ boot_device: BootDevice | null; persistent: boolean | null }> {
  const task = await lookAt(ctx, request, uuid);
  await validateInterfaces(ctx, task, ['management']);
  return atBmc(ctx, task, 'reading the boot device', (t) => t.driver.management.getBootDevice(t));
}

export async function supportedBootDevices(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<readonly BootDevice[]> {
  const task = await lookAt(ctx, request, uuid);
  return atBmc(ctx, task, 'reading the supported boot devices', (t) => t.driver.management.supportedBootDevices(t));
}

export async function injectNmi(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'inject nmi', request }, async (task) => {
    await validateInterfaces(ctx, task, ['management']);
    await atBmc(ctx, task, 'injecting an NMI', (t) => t.driver.management.injectNmi(t));
  });
}

/** Accepted at once, done in the background; a failure stands in `last_error`. @throws CONFLICT, INVALID_PARAMETER, NODE_LOCKED. */
export async function setBootMode(ctx: ConductorContext, request: RequestContext, uuid: string, mode: BootMode): Promise<void> {
  await changeBoot(ctx, request, uuid, `boot mode ${mode}`, async (task) => {
    await task.driver.management.setBootMode(task, mode);
    return { boot_mode: mode };
  });
}

/** As `setBootMode`. */
export async function setSecureBoot(ctx: ConductorContext, request: RequestContext, uuid: string, on: boolean): Promise<void> {
  await changeBoot(ctx, request, uuid, `secure boot ${on ? 'on' : 'off'}`, async (task) => {
    await task.driver.management.setSecureBoot(task, on);
    return { secure_boot: on };
  });
}

async function changeBoot(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  what: string,
  act: (task: NodeTask) => Promise<NodePatch>,
): Promise<void> {
  await startWork(ctx, { uuid, purpose: `setting ${what}`, request, lane: 'api' }, async (task) => {
    if (BOOT_MODE_CHANGE_REFUSED.has(task.node.provision_state)) {
      throw new WroughtError('CONFLICT', `Node ${uuid}: ${what} can not be set while the node is in state "${task.node.provision_state}".`);
    }
    await validateInterfaces(ctx, task, ['management']);
    return async (working) => {
      try {
        await working.save(await atBmc(ctx, working, `setting ${what}`, act));
      } catch (error) {
        if (hasCode(error, 'LEASE_LOST')) throw error;
        await working.save({ last_error: cutText(ctx, `Failed to set ${what}: ${messageOf(error)}`) });
      }
    };
  });
}

/** An empty configuration clears the target. @throws INVALID_PARAMETER, UNSUPPORTED_BY_DRIVER. */
export async function setTargetRaidConfig(ctx: ConductorContext, request: RequestContext, uuid: string, config: JsonObject): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'setting target RAID config', request }, async (task) => {
    if (Object.keys(config).length > 0) {
      await withDeadline(ctx, task, { what: 'validation of the RAID configuration', seconds: 60 }, (t) =>
        t.driver.raid.validateConfig(t, config),
      );
    } else {
      await validateInterfaces(ctx, task, ['raid']);
    }
    await task.save({ target_raid_config: config });
  });
}

function atBmc<T>(ctx: ConductorContext, task: NodeTask, what: string, act: (task: NodeTask) => Promise<T>): Promise<T> {
  return withDeadline(ctx, task, { what, seconds: BMC_SECONDS, hint: 'Look at the BMC.' }, act);
}

/**
 * Boot from virtual media over Redfish: the ramdisk comes as a disc image that the BMC fetches over HTTP.
 *
 *     power off ─▶ token ─▶ disc built and published ─▶ inserted ─▶ boot once from it ─▶ (caller powers on)
 *     … ─▶ ejected and withdrawn ─▶ boot from disk for good
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createBootFiles } from '../../boot/boot-files.ts';
import type { MediaPublisher } from '../../boot/media-publisher.ts';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { RedfishPool } from '../../protocol/redfish/redfish-client.ts';
import { fastTrackAlive } from '../agent-link/fast-track.ts';
import type { BootInterface, Properties, Task } from '../driver.ts';
import { parseRedfishInfo } from '../redfish/parse-redfish-info.ts';
import { REDFISH_PROPERTIES } from '../redfish/redfish-properties.ts';
import { findingBehind, withBmc } from '../redfish/with-bmc.ts';
import { checkBootCapabilities, secureBootWanted, syncBootMode } from './redfish-virtual-media-boot-mode.ts';
import { appendedParams, withMediaParams } from './redfish-virtual-media-command-line.ts';
import { publishBuiltDisc, publishGivenDisc, withdrawDisc } from './redfish-virtual-media-disc.ts';
import { chooseRamdisk, purposeOf, type RamdiskPurpose } from './redfish-virtual-media-ramdisk.ts';

export interface VirtualMediaBootDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly redfish: RedfishPool;
  readonly media: MediaPublisher;
}

const PROPERTIES: Properties = {
  ...REDFISH_PROPERTIES,
  deploy_kernel:
    'URL (http, https, file) of the kernel of the deploy ramdisk. Required with deploy_ramdisk unless [conductor] has defaults.',
  deploy_ramdisk: 'URL of the deploy ramdisk.',
  deploy_iso: 'URL of a whole boot disc, in place of deploy_kernel and deploy_ramdisk. Nothing can be passed to its agent. Optional.',
  rescue_kernel: 'URL of the kernel of the rescue ramdisk. Required for rescue only.',
  rescue_ramdisk: 'URL of the rescue ramdisk.',
  rescue_iso: 'URL of a whole rescue disc. Optional.',
  bootloader: 'URL of an image of an EFI system partition with a boot loader. Needed by real machines in UEFI mode.',
  kernel_append_params: 'Words added to the kernel command line; %default% stands for [redfish]kernel_append_params. Optional.',
  external_http_url: 'Base URL under which the BMC of this node reaches the file server. Optional.',
  vmedia_transport_protocol: 'HTTP (default) or HTTPS: what the BMC is told to fetch the disc by. Optional.',
};

export function createRedfishVirtualMediaBoot(deps: VirtualMediaBootDeps): BootInterface {
  const { config, clock, media } = deps;
  const files = createBootFiles({ config, clock, log: deps.log, directory: join(config.string('wrought', 'data_dir'), 'boot-files') });
  const disc = { config, media, files };

  async function validateFor(task: Task, purpose: RamdiskPurpose): Promise<void> {
    const { node } = task;
    parseRedfishInfo(node, config);
    transport(node);
    if (isTruthy(node.driver_info.config_via_removable) || isTruthy(node.driver_info.config_via_floppy))
      throw new WroughtError(
        'NOT_BUILT',
        `Node ${node.uuid}: driver_info/config_via_removable: a removable medium with parameters is not built yet`,
      );
    checkBootCapabilities(node);
    appendedParams(node, config);
    const choice = chooseRamdisk(node, purpose, config, task.log);
    const references = choice.kind === 'iso' ? [choice.iso] : [choice.kernel, choice.ramdisk, choice.bootloader];
    for (const reference of references) if (reference !== null) await files.check(reference);
  }

  async function ejectAll(task: Task): Promise<void> {
    await withBmc(deps, task, 'eject virtual media', (bmc, options) => bmc.ejectVirtualMedia(undefined, options));
    await withdrawDisc(disc, task.node);
  }

  async function discFor(task: Task, params: Parameters<BootInterface['prepareRamdisk']>[1]): Promise<string> {
    const choice = chooseRamdisk(task.node, purposeOf(task.node), config, task.log);
    if (choice.kind === 'iso') return publishGivenDisc(disc, task, choice.iso);
    // Made before the disc, because the disc carries it; the mark keeps it over power cycles, for the disc stays the same.
    const token = randomBytes(32).toString('base64url');
    await task.saveInternal({ agent_secret_token: token, agent_secret_token_pregenerated: true });
    return publishBuiltDisc(disc, task, choice, withMediaParams(params, { config, ports: task.ports, token }));
  }

  return {
    name: 'redfish-virtual-media',
    properties: PROPERTIES,
    steps: [],
    capabilities: [],
    validate: (task) => validateFor(task, 'deploy'),
    validateInspection: (task) => validateFor(task, 'deploy'),
    validateRescue: (task) => validateFor(task, 'rescue'),

    async prepareRamdisk(task, params) {
      if (fastTrackAlive(task.node, config, clock)) {
        if (await discInserted(deps, task)) return;
        task.log.warn({ node: task.node.uuid }, 'fast track: no disc is inserted, so the ramdisk is booted anew');
      }
      if (!task.node.disable_power_off) await task.power('power off');
      const image = await discFor(task, params);
      const transferProtocol = transport(task.node);
      await withBmc(deps, task, 'insert the boot disc', (bmc, options) =>
        bmc.insertVirtualMedia('CD', { image, ...(transferProtocol === null ? {} : { transferProtocol }) }, options),
      );
      await syncBootMode(task, config);
      await task.driver.management.setBootDevice(task, 'cdrom', task.node.driver_info.force_persistent_boot_device === 'Always');
    },

    async cleanUpRamdisk(task) {
      if (!fastTrackAlive(task.node, config, clock)) await ejectAll(task);
    },

    async prepareInstance(task) {
      if (task.node.deploy_interface === 'ramdisk')
        throw new WroughtError('NOT_BUILT', `Node ${task.node.uuid}: instances that run from a ramdisk are not built yet`);
      await ejectAll(task);
      await syncBootMode(task, config);
      if (secureBootWanted(task.node)) await task.driver.management.setSecureBoot(task, true);
      await task.driver.management.setBootDevice(task, 'disk', task.node.driver_info.force_persistent_boot_device !== 'Never');
    },

    async cleanUpInstance(task) {
      await ejectAll(task);
      if (secureBootWanted(task.node)) await task.driver.management.setSecureBoot(task, false);
    },
  };
}

/** The protocol the operator insists on; null leaves it to the BMC. @throws INVALID_PARAMETER, NOT_BUILT for NFS and CIFS. */
function transport(node: Node): 'HTTP' | 'HTTPS' | null {
  const value = node.driver_info.vmedia_transport_protocol;
  if (value === undefined || value === null || value === '') return null;
  const name = String(value).toUpperCase();
  if (name === 'HTTP' || name === 'HTTPS') return name;
  if (name === 'NFS' || name === 'CIFS' || name === 'SMB')
    throw new WroughtError(
      'NOT_BUILT',
      `Node ${node.uuid}: driver_info/vmedia_transport_protocol: discs are published over HTTP(S) only, not ${name}`,
    );
  throw new WroughtError(
    'INVALID_PARAMETER',
    `Node ${node.uuid}: driver_info/vmedia_transport_protocol: ${JSON.stringify(value)} is none of HTTP, HTTPS, NFS, CIFS`,
  );
}

async function discInserted(deps: VirtualMediaBootDeps, task: Task): Promise<boolean> {
  try {
    const drives = await withBmc(deps, task, 'look for an inserted disc', (bmc, options) => bmc.listVirtualMedia(options));
    return drives.some((drive) => drive.inserted && drive.mediaTypes.some((type) => type === 'CD' || type === 'DVD'));
  } catch (error) {
    if (findingBehind(error) === null) throw error;
    return false;
  }
}

function isTruthy(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(1|true|yes|on|t|y)$/i.test(value));
}

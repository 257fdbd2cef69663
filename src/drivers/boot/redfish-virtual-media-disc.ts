import { randomUUID } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import type { BootFiles } from '../../boot/boot-files.ts';
import type { MediaPublisher } from '../../boot/media-publisher.ts';
import { buildVirtualMediaIso } from '../../boot/virtual-media-iso.ts';
import type { Config } from '../../config/config.ts';
import type { Node } from '../../model/node.ts';
import type { RamdiskParams, Task } from '../driver.ts';
import { commandLine } from './redfish-virtual-media-command-line.ts';
import type { RamdiskChoice } from './redfish-virtual-media-ramdisk.ts';

export interface DiscDeps {
  readonly config: Config;
  readonly media: MediaPublisher;
  readonly files: BootFiles;
}

/** Kind under which discs are published. */
const KIND = 'redfish';
const LDLINUX = ['/usr/lib/syslinux/modules/bios/ldlinux.c32', '/usr/share/syslinux/ldlinux.c32'];

/** Builds the disc of a kernel and a ramdisk and publishes it. @returns the URL for the BMC. */
export async function publishBuiltDisc(
  deps: DiscDeps,
  task: Task,
  pair: Extract<RamdiskChoice, { kind: 'pair' }>,
  params: RamdiskParams,
): Promise<string> {
  const { config, files, media } = deps;
  const { node, signal } = task;
  const publisher = randomUUID();
  const [kernel, ramdisk, bootloader] = await Promise.all([
    files.localPath(pair.kernel, signal),
    files.localPath(pair.ramdisk, signal),
    pair.bootloader === null ? null : files.localPath(pair.bootloader, signal),
  ]);
  const isolinux = await isolinuxFiles(config);
  if (bootloader === null)
    task.log.warn(
      { node: node.uuid },
      'the boot disc gets no EFI boot loader: real machines in UEFI mode need driver_info/bootloader or [conductor]bootloader',
    );
  const certificate = config.optionalString('agent', 'api_ca_file');
  const networkData = networkDataFor(node, config);
  return files.withWorkFile('.iso', async (outFile) => {
    await buildVirtualMediaIso({
      kernel,
      ramdisk,
      kernelParams: commandLine(node, config, publisher, params),
      grubConfigPath: config.string('DEFAULT', 'grub_config_path').replace(/^\/+/, ''),
      ...(bootloader === null ? {} : { bootloader }),
      ...(isolinux === null ? {} : { isolinux }),
      ...(certificate === null ? {} : { apiCertificate: await readFile(certificate) }),
      ...(networkData === null ? {} : { networkData }),
      publisher,
      outFile,
      signal,
    });
    const url = await media.publish(KIND, node.uuid, `boot-${node.uuid}.iso`, { path: outFile });
    return outsideUrl(url, node, deps);
  });
}

/** Publishes a disc made by the operator, or passes its URL on (`[deploy]ramdisk_image_download_source`). */
export async function publishGivenDisc(deps: DiscDeps, task: Task, iso: string): Promise<string> {
  const { config, files, media } = deps;
  if (config.string('deploy', 'ramdisk_image_download_source') !== 'local' && /^https?:/i.test(iso)) return iso;
  const path = await files.localPath(iso, task.signal);
  const url = await media.publish(KIND, task.node.uuid, `boot-${task.node.uuid}.iso`, { path });
  return outsideUrl(url, task.node, deps);
}

export async function withdrawDisc(deps: Pick<DiscDeps, 'media'>, node: Node): Promise<void> {
  await deps.media.withdraw(KIND, node.uuid);
}

/** The BMC may reach the file server by another address than everybody else. */
function outsideUrl(url: string, node: Node, { config, media }: DiscDeps): string {
  const own = node.driver_info.external_http_url;
  const base = typeof own === 'string' && own !== '' ? own : config.optionalString('deploy', 'external_http_url');
  return base === null || !url.startsWith(media.baseUrl) ? url : base.replace(/\/+$/, '') + url.slice(media.baseUrl.length);
}

/** The node's static network configuration; not during inspection where DHCP is forced. */
function networkDataFor(node: Node, config: Config): unknown {
  if (Object.keys(node.network_data).length === 0) return null;
  return node.provision_state.startsWith('inspect') && config.boolean('inspector', 'force_dhcp') ? null : node.network_data;
}

async function isolinuxFiles(config: Config): Promise<{ bin: string; ldlinux?: string } | null> {
  const bin = config.string('DEFAULT', 'isolinux_bin');
  if (!(await readable(bin))) return null;
  const configured = config.optionalString('DEFAULT', 'ldlinux_c32');
  for (const ldlinux of configured === null ? LDLINUX : [configured]) if (await readable(ldlinux)) return { bin, ldlinux };
  return { bin };
}

async function readable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

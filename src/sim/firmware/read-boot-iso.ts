import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import { type IsoImage, openIso } from '../../protocol/iso9660/read-iso.ts';
import type { BootMode } from '../machine/boot-settings.ts';
import { type BootMenuEntry, readGrubMenu, readIsolinuxMenu } from './boot-menu.ts';

/** A medium that can be started. */
export interface BootIso {
  readonly label: string;
  readonly entry: BootMenuEntry;
  /** Which boot loader's configuration was followed, and whether it is the one of the boot mode. */
  readonly loader: 'GRUB' | 'isolinux';
  readonly fitsMode: boolean;
}

const MAX_CONFIG_BYTES = 256 * 1024;
const ISOLINUX_PATHS = ['isolinux/isolinux.cfg', 'boot/isolinux/isolinux.cfg', 'isolinux.cfg'];
const GRUB_NAME = /(^|\/)grub\.cfg$/i;

/**
 * Opens an ISO 9660 image as firmware and boot loader do: finds the loader's configuration, reads kernel, initial ramdisk and command
 * line from it, and checks that the files are there. In UEFI mode GRUB's configuration comes first, in Legacy mode isolinux's.
 *
 * @throws Error or IsoError that says why the image cannot be started.
 */
export async function readBootIso(source: ByteSource, mode: BootMode): Promise<BootIso> {
  const iso = await openIso(source);
  const own = mode === 'UEFI' ? 'GRUB' : 'isolinux';
  for (const loader of own === 'GRUB' ? (['GRUB', 'isolinux'] as const) : (['isolinux', 'GRUB'] as const)) {
    const entry = await entryOf(iso, loader);
    if (!entry) continue;
    for (const path of [entry.kernel, ...entry.initrds]) await demandFile(iso, path);
    return { label: iso.label, entry, loader, fitsMode: loader === own };
  }
  throw new Error('the image has neither a GRUB nor an isolinux configuration that starts a kernel');
}

async function entryOf(iso: IsoImage, loader: BootIso['loader']): Promise<BootMenuEntry | null> {
  const files = (await iso.list()).filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const paths =
    loader === 'GRUB' ? files.filter((path) => GRUB_NAME.test(path)) : files.filter((path) => ISOLINUX_PATHS.includes(path.toLowerCase()));
  for (const path of paths) {
    const text = (await iso.readFile(path, MAX_CONFIG_BYTES)).toString('utf8');
    const entry = loader === 'GRUB' ? readGrubMenu(text) : readIsolinuxMenu(text);
    if (entry) return entry;
  }
  return null;
}

async function demandFile(iso: IsoImage, path: string): Promise<void> {
  const size = await iso.fileSize(path);
  if (size === null) throw new Error(`the boot configuration names /${path}, which is not on the image`);
  if (size === 0) throw new Error(`/${path} on the image is empty`);
}

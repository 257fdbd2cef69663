import type { IsoContent, IsoFile } from '../protocol/iso9660/iso-tree.ts';
import { writeIsoFile } from '../protocol/iso9660/write-iso.ts';
import { wordsOf } from './kernel-command-line.ts';

export interface VirtualMediaIso {
  /** Path of the kernel. */
  readonly kernel: string;
  /** Path of the initial ramdisk. */
  readonly ramdisk: string;
  /** Checked words; see `checkKernelCommandLine`. */
  readonly kernelParams: string;
  /** Path of an image of an EFI system partition, whose GRUB looks for its configuration on the disc: needed to boot by UEFI. */
  readonly bootloader?: string;
  /** Where that GRUB looks (`[DEFAULT]grub_config_path`). */
  readonly grubConfigPath?: string;
  /** Paths of isolinux and, from syslinux 5 on, its `ldlinux.c32`: needed to boot by BIOS. */
  readonly isolinux?: { readonly bin: string; readonly ldlinux?: string };
  /** `network_data.json` for the ramdisk's static network configuration. */
  readonly networkData?: unknown;
  /** Certificate of the API's authority (`[agent]api_ca_file`), in PEM. */
  readonly apiCertificate?: Uint8Array;
  /** Publisher of the disc, by which the ramdisk tells it from a stale one (`ir_pub_id`). */
  readonly publisher?: string;
  readonly outFile: string;
  readonly date?: Date;
  readonly signal?: AbortSignal;
}

/** Default place of GRUB's configuration. */
const GRUB_CONFIG = 'EFI/BOOT/grub.cfg';

/**
 * Builds the boot disc of a ramdisk: kernel, ramdisk, and the configurations of GRUB and isolinux with the kernel command line. One disc
 * serves both boot modes as far as their boot loaders are given.
 *
 * @throws IsoError, or the file system's errors when an input cannot be read.
 */
export async function buildVirtualMediaIso(wish: VirtualMediaIso): Promise<void> {
  const files: IsoFile[] = [];
  const add = (path: string, content: IsoContent | string): void => {
    files.push({ path, content: typeof content === 'string' ? Buffer.from(content) : content });
  };
  // Small files first: they can be read without seeking over the ramdisk.
  add('isolinux/isolinux.cfg', isolinuxConfig(wish.kernelParams));
  if (wish.isolinux) {
    add('isolinux/isolinux.bin', { path: wish.isolinux.bin });
    if (wish.isolinux.ldlinux !== undefined) add('isolinux/ldlinux.c32', { path: wish.isolinux.ldlinux });
  }
  add(wish.grubConfigPath ?? GRUB_CONFIG, grubConfig(wish.kernelParams));
  if (wish.bootloader !== undefined) add('boot/grub/efiboot.img', { path: wish.bootloader });
  if (wish.apiCertificate) {
    add('etc/ironic-python-agent/ironic.crt', wish.apiCertificate);
    add('etc/ironic-python-agent.d/ironic-tls.conf', '[DEFAULT]\ncafile = /etc/ironic-python-agent/ironic.crt\n');
  }
  if (wish.networkData !== undefined) add('openstack/latest/network_data.json', JSON.stringify(wish.networkData));
  add('vmlinuz', { path: wish.kernel });
  add('initrd', { path: wish.ramdisk });

  const boot = {
    ...(wish.isolinux ? { bios: 'isolinux/isolinux.bin' } : {}),
    ...(wish.bootloader === undefined ? {} : { efi: 'boot/grub/efiboot.img' }),
  };
  const options = {
    // Readers of static network data look for the label of a config drive.
    label: wish.networkData === undefined ? 'VMEDIA_BOOT_ISO' : 'config-2',
    ...(wish.publisher === undefined ? {} : { publisher: wish.publisher }),
    date: wish.date ?? new Date(),
    files,
    boot,
  };
  await writeIsoFile(options, wish.outFile, wish.signal);
}

function isolinuxConfig(params: string): string {
  return `default boot\n\nlabel boot\nkernel /vmlinuz\nappend initrd=/initrd text ${params} --\n`;
}

function grubConfig(params: string): string {
  const words = wordsOf(params).map(grubWord).join(' ');
  return [
    'set default=0',
    'set timeout=5',
    'search --no-floppy --set=root --file /vmlinuz',
    '',
    'menuentry "ramdisk" {',
    `  linux /vmlinuz ${words} --`,
    '  initrd /initrd',
    '}',
    '',
  ].join('\n');
}

/** GRUB's script language gives a meaning to some characters that a kernel parameter may hold. */
function grubWord(word: string): string {
  return /[$;|&<>{}\\#"]/.test(word) ? `'${word}'` : word;
}

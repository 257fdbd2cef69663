import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MIB = 1 << 20;
/** Where the only partition begins. */
export const PARTITION_START = MIB;
const PARTITION_SIZE = 1536 * MIB;
/** Room for the backup partition table. */
const DISK_SIZE = PARTITION_START + PARTITION_SIZE + MIB;

/** Programs of the tests in this folder, and the Debian packages that bring them. */
const PROGRAMS = {
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  'fsck.ext4': 'e2fsprogs',
  sgdisk: 'gdisk',
  'qemu-img': 'qemu-utils',
  isoinfo: 'genisoimage',
  xorriso: 'xorriso',
  bsdtar: 'libarchive-tools',
};

export interface DebianImage {
  readonly raw: string;
  readonly qcow2: string;
  /** Bytes of the root partition. */
  readonly partitionSize: number;
}

/** @throws Error naming the packages to install. */
export async function demandPrograms(): Promise<void> {
  const missing = new Set<string>();
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) await run('which', [program]).catch(() => missing.add(debianPackage));
  if (missing.size > 0) throw new Error(`these tests need the Debian packages ${[...missing].join(', ')}`);
}

/**
 * Builds a disk image of the Debian release that the machine itself runs, from Debian's own packages: a minimal system with kernel and
 * init, in an ext4 file system, in a GPT partition. Nothing is mounted.
 */
export async function buildDebianImage(directory: string): Promise<DebianImage> {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  if (!release) throw new Error('/etc/os-release names no release of Debian');
  const tar = join(directory, 'root.tar');
  const root = join(directory, 'root');
  const raw = join(directory, 'debian.raw');
  const qcow2 = join(directory, 'debian.qcow2');
  await run('mmdebstrap', ['--quiet', '--variant=minbase', '--include=systemd-sysv,linux-image-cloud-amd64', release, tar]);
  await mkdir(root);
  await run('tar', ['-xf', tar, '-C', root, '--exclude=./dev/*', '--numeric-owner']);
  const file = await open(raw, 'wx');
  await file.truncate(DISK_SIZE);
  await file.close();
  await run('sgdisk', ['--new=1:2048:+1536M', '--typecode=1:8300', '--change-name=1:root', raw]);
  const options = ['-q', '-F', '-t', 'ext4', '-L', 'debian-root', '-d', root, '-E', `offset=${PARTITION_START}`];
  await run('mke2fs', [...options, raw, `${PARTITION_SIZE / 1024}k`]);
  await rm(root, { recursive: true });
  await rm(tar);
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, qcow2]);
  return { raw, qcow2, partitionSize: PARTITION_SIZE };
}

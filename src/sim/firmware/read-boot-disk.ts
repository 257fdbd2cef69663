import { createHash } from 'node:crypto';
import type { BlockDevice } from '../../image/block-device.ts';
import { readGpt } from '../../image/gpt.ts';
import { readMbr } from '../../image/mbr.ts';
import { isJsonObject } from '../../model/json.ts';
import { openIso } from '../../protocol/iso9660/read-iso.ts';

/** A disk that holds something to start. */
export interface BootDisk {
  readonly scheme: 'GPT' | 'MBR';
  /** Number of the first partition that holds anything; 0 for the boot code of the disk itself. */
  readonly partition: number;
  /** Of the first bytes (at most 1 MiB) of that partition, hexadecimal. */
  readonly sha256: string;
  /** From the config drive on the disk, if there is one. */
  readonly hostname: string | null;
}

interface Part {
  readonly number: number;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
}

const PROBE_BYTES = 64 * 1024;
const HASHED_BYTES = 1024 * 1024;
const BOOT_CODE_BYTES = 440;
const MAX_META_DATA = 1024 * 1024;

/**
 * Looks at a disk as firmware does: a GPT behind a protective MBR, or an MBR with its signature, and behind it something to run.
 *
 * @throws Error that says why the disk cannot be started.
 */
export async function readBootDisk(device: BlockDevice): Promise<BootDisk> {
  const first = await device.read(0, device.sectorSize);
  if (first.readUInt16BE(510) !== 0x55aa) throw new Error('no boot signature in the first sector');
  const gpt = await readGpt(device);
  const mbr = gpt ? null : await readMbr(device);
  if (!gpt && !mbr) throw new Error('the protective MBR guards no partition table');
  const { sectorSize } = device;
  const parts: Part[] = gpt
    ? gpt.partitions.map((part) => ({
        number: part.number,
        offset: part.firstLba * sectorSize,
        size: (part.lastLba - part.firstLba + 1) * sectorSize,
      }))
    : (mbr ?? []).map((part) => ({ number: part.number, offset: part.firstLba * sectorSize, size: part.blocks * sectorSize }));
  const scheme = gpt ? 'GPT' : 'MBR';
  let hostname: string | null = null;
  let system: Part | null = null;
  for (const part of parts) {
    if (part.offset + part.size > device.size) continue;
    if (await isConfigDrive(device, part)) hostname = await hostnameOf(device, part);
    else if (!system && !(await isBlank(device, part.offset, Math.min(part.size, PROBE_BYTES)))) system = part;
  }
  if (!system && scheme === 'MBR' && first.subarray(0, BOOT_CODE_BYTES).some((byte) => byte !== 0))
    system = { number: 0, offset: 0, size: BOOT_CODE_BYTES };
  if (!system) throw new Error(`the ${scheme} partition table has no partition with an operating system`);
  const bytes = await device.read(system.offset, Math.min(system.size, HASHED_BYTES));
  return { scheme, partition: system.number, sha256: createHash('sha256').update(bytes).digest('hex'), hostname };
}

async function isBlank(device: BlockDevice, offset: number, length: number): Promise<boolean> {
  return (await device.read(offset, length)).every((byte) => byte === 0);
}

async function isConfigDrive(device: BlockDevice, part: Part): Promise<boolean> {
  if (part.size < 34 * 1024) return false;
  const descriptor = await device.read(part.offset + 32 * 1024, 2048);
  return descriptor.toString('latin1', 1, 6) === 'CD001' && /^config-2\s*$/i.test(descriptor.toString('latin1', 40, 72));
}

/** What the installed system would call itself: cloud-init takes `hostname`, else `name`. */
async function hostnameOf(device: BlockDevice, part: Part): Promise<string | null> {
  const iso = await openIso({
    size: part.size,
    read: (offset, length) => {
      if (offset < 0 || offset + length > part.size) throw new RangeError('outside of the partition');
      return device.read(part.offset + offset, length);
    },
  });
  const data: unknown = JSON.parse((await iso.readFile('openstack/latest/meta_data.json', MAX_META_DATA)).toString('utf8'));
  if (!isJsonObject(data)) return null;
  for (const value of [data.hostname, data.name]) if (typeof value === 'string' && value !== '') return value;
  return null;
}

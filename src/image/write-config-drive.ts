import { randomUUID } from 'node:crypto';
import { WroughtError } from '../model/errors.ts';
import type { BlockDevice } from './block-device.ts';
import { CONFIG_DRIVE_LABEL } from './config-drive.ts';
import { addGptPartition, type Gpt, lastUsable, readGpt, repairGpt } from './gpt.ts';
import { addMbrPartition, type MbrPartition, mbrBlocks, readMbr } from './mbr.ts';

/** Bytes of the partition, where the disk has room for them; the peer's size. */
const PARTITION_SIZE = 64 << 20;
const ALIGNMENT = 1 << 20;
/** "Linux filesystem data". */
const LINUX_TYPE = '0fc63daf-8483-4772-8e79-3d69d8477de4';

export interface WrittenConfigDrive {
  readonly partition: number;
  /** Bytes from the start of the disk. */
  readonly offset: number;
  /** Bytes of the partition. */
  readonly size: number;
  /** False when the image brought a partition labelled config-2 along. */
  readonly created: boolean;
}

/**
 * Puts a config drive on a disk that has just got its image: into the partition labelled config-2 if there is one, else into a new
 * last partition. The backup GPT is moved to the end of the disk first.
 *
 * @throws DEPLOY_FAILURE when the disk has no partition table, no room, or two partitions of that label.
 */
export async function writeConfigDrive(device: BlockDevice, content: Uint8Array): Promise<WrittenConfigDrive> {
  if (device.sectorSize > 2048)
    throw new WroughtError(
      'DEPLOY_FAILURE',
      `a disk with sectors of ${device.sectorSize} bytes cannot carry an ISO 9660 config drive, whose blocks have 2048`,
    );
  await repairGpt(device);
  const gpt = await readGpt(device);
  const mbr = gpt ? null : await readMbr(device);
  if (!gpt && !mbr) throw new WroughtError('DEPLOY_FAILURE', 'the disk has no partition table, so no config drive can be added to it');
  const place =
    (await labelled(device, gpt, mbr)) ?? (gpt ? await newInGpt(device, gpt, content) : await newInMbr(device, mbr ?? [], content));
  if (place.size < content.length)
    throw new WroughtError(
      'DEPLOY_FAILURE',
      `partition ${place.partition} has ${place.size} bytes, but the config drive has ${content.length}`,
    );
  await device.write(place.offset, padded(content, device.sectorSize));
  await device.flush();
  return place;
}

function padded(content: Uint8Array, sectorSize: number): Uint8Array {
  const size = Math.ceil(content.length / sectorSize) * sectorSize;
  return size === content.length ? content : Buffer.concat([content], size);
}

/** The partition that says of itself that it is a config drive, by its ISO 9660 or FAT label in any case. */
async function labelled(device: BlockDevice, gpt: Gpt | null, mbr: readonly MbrPartition[] | null): Promise<WrittenConfigDrive | null> {
  const partitions = gpt
    ? gpt.partitions.map((p) => ({ number: p.number, first: p.firstLba, blocks: p.lastLba - p.firstLba + 1 }))
    : (mbr ?? []).map((p) => ({ number: p.number, first: p.firstLba, blocks: p.blocks }));
  const found: WrittenConfigDrive[] = [];
  for (const { number, first, blocks } of partitions) {
    const offset = first * device.sectorSize;
    const size = blocks * device.sectorSize;
    if (offset + size <= device.size && (await labels(device, offset, size)).includes(CONFIG_DRIVE_LABEL))
      found.push({ partition: number, offset, size, created: false });
  }
  if (found.length > 1)
    throw new WroughtError('DEPLOY_FAILURE', `partitions ${found.map((f) => f.partition).join(' and ')} are both labelled config-2`);
  return found[0] ?? null;
}

/** Volume labels in lower case, wherever one of the two file systems would keep them. */
async function labels(device: BlockDevice, offset: number, size: number): Promise<string[]> {
  const text = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to).trim().toLowerCase();
  const found: string[] = [];
  if (size >= 34 << 10) {
    const descriptor = await device.read(offset + (32 << 10), 2048);
    if (text(descriptor, 1, 6) === 'cd001') found.push(text(descriptor, 40, 72));
  }
  if (size >= 2048) {
    const boot = await device.read(offset, device.sectorSize);
    if (text(boot, 82, 87) === 'fat32') found.push(text(boot, 71, 82));
    else if (text(boot, 54, 57) === 'fat') found.push(text(boot, 43, 54));
  }
  return found;
}

async function newInGpt(device: BlockDevice, gpt: Gpt, content: Uint8Array): Promise<WrittenConfigDrive> {
  const usedEnd = gpt.partitions.reduce((end, p) => Math.max(end, p.lastLba + 1), gpt.header.firstUsableLba);
  const end = lastUsable(device, gpt.header) + 1;
  const first = firstBlock(device, { usedEnd, end }, content.length);
  const added = await addGptPartition(device, gpt, {
    typeGuid: LINUX_TYPE,
    guid: randomUUID(),
    firstLba: first,
    lastLba: end - 1,
    name: CONFIG_DRIVE_LABEL,
  });
  return { partition: added.number, offset: first * device.sectorSize, size: (end - first) * device.sectorSize, created: true };
}

async function newInMbr(device: BlockDevice, present: readonly MbrPartition[], content: Uint8Array): Promise<WrittenConfigDrive> {
  const usedEnd = present.reduce((end, p) => Math.max(end, p.firstLba + p.blocks), ALIGNMENT / device.sectorSize);
  const end = mbrBlocks(device);
  const first = firstBlock(device, { usedEnd, end }, content.length);
  const added = await addMbrPartition(device, { type: 0x83, firstLba: first, blocks: end - first });
  return { partition: added.number, offset: first * device.sectorSize, size: (end - first) * device.sectorSize, created: true };
}

/** 64 MiB before the end, aligned; less where other partitions leave less, but never less than the content. */
function firstBlock(device: BlockDevice, free: { usedEnd: number; end: number }, length: number): number {
  const align = ALIGNMENT / device.sectorSize;
  const wished = Math.floor((free.end - PARTITION_SIZE / device.sectorSize) / align) * align;
  const first = Math.max(wished, Math.ceil(free.usedEnd / align) * align);
  if ((free.end - first) * device.sectorSize < length)
    throw new WroughtError(
      'DEPLOY_FAILURE',
      `the config drive of ${length} bytes does not fit behind the last partition: ${Math.max(0, free.end - first) * device.sectorSize} bytes are free there`,
    );
  return first;
}

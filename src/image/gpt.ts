import { WroughtError } from '../model/errors.ts';
import type { BlockDevice } from './block-device.ts';
import {
  encodeGptHeader,
  entriesCrc,
  type GptHeader,
  type GptPartition,
  parseGptEntries,
  parseGptHeader,
  putGptEntry,
} from './gpt-header.ts';

/** A table as found on a disk. */
export interface Gpt {
  readonly header: GptHeader;
  /** Raw entries; `partitions` is their reading. */
  readonly entries: Buffer;
  readonly partitions: readonly GptPartition[];
  /** Which copy it was read from. */
  readonly from: 'primary' | 'backup';
  /** What a checker would complain about; empty when all is well. */
  readonly problems: readonly string[];
}

type Copy = { header: GptHeader; entries: Buffer } | { broken: string } | null;

/**
 * Reads the partition table from its primary copy, else from the backup at the end of the disk.
 *
 * @returns null when the disk carries no such table at all.
 * @throws IMAGE_REFUSED when both copies are broken.
 */
export async function readGpt(device: BlockDevice): Promise<Gpt | null> {
  const last = lastLba(device);
  if (last < 3) return null;
  const primary = await readCopy(device, 1);
  const backup = await readCopy(device, last);
  const problems: string[] = [];
  if (isWhole(primary)) {
    if (primary.header.alternateLba !== last)
      problems.push(`the backup table is expected in block ${primary.header.alternateLba}, but the disk ends in block ${last}`);
    else if (!isWhole(backup)) problems.push(`the backup table ${backup?.broken ?? 'is missing'}`);
    else if (primary.header.entriesCrc !== backup.header.entriesCrc) problems.push('primary and backup table differ');
    return gpt(primary, 'primary', [...problems, ...layoutProblems(primary, last)]);
  }
  // Without a trace of a table at the start, the one at the end belongs to what was on the disk before.
  if (primary === null && !(await hasProtectiveMbr(device))) return null;
  if (isWhole(backup)) {
    problems.push(`the primary table ${primary?.broken ?? 'is missing'}`);
    return gpt(backup, 'backup', [...problems, ...layoutProblems(backup, last)]);
  }
  if (primary === null) return null;
  throw new WroughtError('IMAGE_REFUSED', `the partition table ${primary.broken}, and there is no whole backup at the end of the disk`);
}

/**
 * Brings the table in order: backup header at the very end, both copies whole and equal, protective MBR over the whole disk. This is
 * what an image needs after it was written to a larger disk.
 *
 * @returns true when something was written; false when all was well or the disk has no such table.
 */
export async function repairGpt(device: BlockDevice): Promise<boolean> {
  const found = await readGpt(device);
  if (!found || found.problems.length === 0) return false;
  const last = lastLba(device);
  const tooFar = found.partitions.find((p) => p.lastLba > lastUsable(device, found.header));
  if (tooFar)
    throw new WroughtError(
      'IMAGE_REFUSED',
      `partition ${tooFar.number} ends in block ${tooFar.lastLba}, beyond the disk's last usable block`,
    );
  const old = found.header.alternateLba;
  if (found.from === 'primary' && old > 1 && old < last) await eraseStale(device, old);
  await writeGpt(device, found.header, found.entries);
  return true;
}

/** Partition to be added. */
export interface NewPartition {
  readonly typeGuid: string;
  readonly guid: string;
  readonly firstLba: number;
  readonly lastLba: number;
  readonly name: string;
}

/**
 * Adds a partition in the first free entry. @throws DEPLOY_FAILURE when it overlaps others, lies outside of the usable blocks, or no
 * entry is free.
 */
export async function addGptPartition(device: BlockDevice, table: Gpt, added: NewPartition): Promise<GptPartition> {
  const clash = table.partitions.find((p) => p.firstLba <= added.lastLba && added.firstLba <= p.lastLba);
  if (clash) throw new WroughtError('DEPLOY_FAILURE', `blocks ${added.firstLba} to ${added.lastLba} overlap partition ${clash.number}`);
  if (added.firstLba < table.header.firstUsableLba || added.lastLba > lastUsable(device, table.header) || added.firstLba > added.lastLba)
    throw new WroughtError('DEPLOY_FAILURE', `blocks ${added.firstLba} to ${added.lastLba} lie outside of the disk's usable blocks`);
  const used = new Set(table.partitions.map((p) => p.number));
  let number = 1;
  while (used.has(number)) number++;
  if (number > table.header.entryCount)
    throw new WroughtError('DEPLOY_FAILURE', `all ${table.header.entryCount} entries of the partition table are used`);
  const partition: GptPartition = { ...added, number, attributes: 0n };
  const entries = Buffer.from(table.entries);
  putGptEntry(entries, table.header, partition);
  await writeGpt(device, table.header, entries);
  return partition;
}

/** Last block a partition may use, once the backup stands at the end of this disk. */
export function lastUsable(device: BlockDevice, header: GptHeader): number {
  return lastLba(device) - entryBlocks(device, header) - 1;
}

export function lastLba(device: BlockDevice): number {
  return Math.floor(device.size / device.sectorSize) - 1;
}

/** Writes both copies at their places on this disk. The backup goes first, so that a crash in between leaves one whole copy at any time. */
export async function writeGpt(device: BlockDevice, like: GptHeader, entries: Buffer): Promise<void> {
  const last = lastLba(device);
  const primaryEntries = like.currentLba === 1 ? like.entriesLba : 2;
  const common = { ...like, lastUsableLba: lastUsable(device, like), entriesCrc: entriesCrc(entries) };
  const primary = { ...common, currentLba: 1, alternateLba: last, entriesLba: primaryEntries };
  const backup = { ...common, currentLba: last, alternateLba: 1, entriesLba: last - entryBlocks(device, like) };
  const table = Buffer.concat([entries], entryBlocks(device, like) * device.sectorSize);
  await device.write(backup.entriesLba * device.sectorSize, table);
  await device.write(last * device.sectorSize, encodeGptHeader(backup, device.sectorSize));
  await device.flush();
  await device.write(primary.entriesLba * device.sectorSize, table);
  await device.write(device.sectorSize, encodeGptHeader(primary, device.sectorSize));
  await growProtectiveMbr(device);
  await device.flush();
}

/** The only entry of a protective MBR spans the disk, as far as its 32 bits reach. A hybrid MBR is left as it is. */
async function growProtectiveMbr(device: BlockDevice): Promise<void> {
  const sector = await device.read(0, device.sectorSize);
  const types = [450, 466, 482, 498].map((at) => sector[at]);
  if (sector.readUInt16BE(510) !== 0x55aa || types[0] !== 0xee || types.slice(1).some((type) => type !== 0)) return;
  sector.writeUInt32LE(Math.min(0xffff_ffff, lastLba(device)), 458);
  await device.write(0, sector);
}

/** A backup header left in the middle of the disk could be taken for the real one by recovery programs. */
async function eraseStale(device: BlockDevice, lba: number): Promise<void> {
  const sector = await device.read(lba * device.sectorSize, device.sectorSize);
  const header = parseGptHeader(sector, lba);
  if (header !== null && !('broken' in header)) await device.zero(lba * device.sectorSize, device.sectorSize);
}

async function hasProtectiveMbr(device: BlockDevice): Promise<boolean> {
  const sector = await device.read(0, device.sectorSize);
  return sector.readUInt16BE(510) === 0x55aa && [450, 466, 482, 498].some((at) => sector[at] === 0xee);
}

async function readCopy(device: BlockDevice, lba: number): Promise<Copy> {
  const header = parseGptHeader(await device.read(lba * device.sectorSize, device.sectorSize), lba);
  if (header === null || 'broken' in header) return header;
  const length = header.entryCount * header.entrySize;
  const at = header.entriesLba * device.sectorSize;
  if (header.entriesLba < 2 || at + length > device.size) return { broken: `states that its entries stand in block ${header.entriesLba}` };
  const entries = await device.read(at, length);
  if (entriesCrc(entries) !== header.entriesCrc) return { broken: 'has entries that fail their checksum' };
  return { header, entries };
}

function isWhole(copy: Copy): copy is { header: GptHeader; entries: Buffer } {
  return copy !== null && 'header' in copy;
}

function gpt(copy: { header: GptHeader; entries: Buffer }, from: Gpt['from'], problems: string[]): Gpt {
  return { ...copy, from, problems, partitions: parseGptEntries(copy.header, copy.entries) };
}

function layoutProblems({ header, entries }: { header: GptHeader; entries: Buffer }, last: number): string[] {
  const problems: string[] = [];
  const partitions = parseGptEntries(header, entries).sort((a, b) => a.firstLba - b.firstLba);
  let previous: GptPartition | undefined;
  for (const partition of partitions) {
    if (partition.firstLba > partition.lastLba || partition.firstLba < header.firstUsableLba || partition.lastLba > last)
      problems.push(
        `partition ${partition.number} spans blocks ${partition.firstLba} to ${partition.lastLba}, which the disk does not have`,
      );
    if (previous && partition.firstLba <= previous.lastLba) problems.push(`partitions ${previous.number} and ${partition.number} overlap`);
    previous = partition;
  }
  return problems;
}

function entryBlocks(device: BlockDevice, header: GptHeader): number {
  return Math.ceil((header.entryCount * header.entrySize) / device.sectorSize);
}

import { WroughtError } from '../model/errors.ts';
import type { BlockDevice } from './block-device.ts';

/** A primary partition of an MBR (DOS) table. */
export interface MbrPartition {
  /** 1 to 4. */
  readonly number: number;
  readonly active: boolean;
  readonly type: number;
  readonly firstLba: number;
  readonly blocks: number;
}

const TABLE = 446;
/** First block that the 32-bit fields cannot name. */
const MBR_LIMIT = 0x1_0000_0000;

/** Reads the primary partitions; null when there is no boot signature, or when the table only protects a GPT. */
export async function readMbr(device: BlockDevice): Promise<readonly MbrPartition[] | null> {
  const sector = await device.read(0, device.sectorSize);
  if (sector.readUInt16BE(510) !== 0x55aa) return null;
  const partitions: MbrPartition[] = [];
  for (let index = 0; index < 4; index++) {
    const at = TABLE + index * 16;
    const type = sector[at + 4] ?? 0;
    if (type === 0) continue;
    if (type === 0xee) return null;
    partitions.push({
      number: index + 1,
      active: sector[at] === 0x80,
      type,
      firstLba: sector.readUInt32LE(at + 8),
      blocks: sector.readUInt32LE(at + 12),
    });
  }
  return partitions;
}

/** Blocks of the disk that an MBR can name. */
export function mbrBlocks(device: BlockDevice): number {
  return Math.min(Math.floor(device.size / device.sectorSize), MBR_LIMIT);
}

/** Adds a primary partition. @throws DEPLOY_FAILURE when all four are used or it overlaps one of them. */
export async function addMbrPartition(
  device: BlockDevice,
  added: { type: number; firstLba: number; blocks: number },
): Promise<MbrPartition> {
  const present = await readMbr(device);
  if (present === null) throw new WroughtError('DEPLOY_FAILURE', 'the disk has no MBR partition table');
  const free = [1, 2, 3, 4].find((number) => present.every((p) => p.number !== number));
  if (free === undefined) throw new WroughtError('DEPLOY_FAILURE', 'all four primary partitions of the disk are used');
  const clash = present.find((p) => p.firstLba < added.firstLba + added.blocks && added.firstLba < p.firstLba + p.blocks);
  if (clash) throw new WroughtError('DEPLOY_FAILURE', `blocks from ${added.firstLba} on overlap partition ${clash.number}`);
  if (added.firstLba < 1 || added.blocks < 1 || added.firstLba + added.blocks > mbrBlocks(device))
    throw new WroughtError('DEPLOY_FAILURE', `${added.blocks} blocks from ${added.firstLba} on lie outside of the disk`);
  const sector = await device.read(0, device.sectorSize);
  const at = TABLE + (free - 1) * 16;
  sector.fill(0, at, at + 16);
  // Cylinders, heads and sectors say "beyond what they can name"; nobody has read them for decades.
  sector.write('feffff', at + 1, 'hex');
  sector[at + 4] = added.type;
  sector.write('feffff', at + 5, 'hex');
  sector.writeUInt32LE(added.firstLba, at + 8);
  sector.writeUInt32LE(added.blocks, at + 12);
  await device.write(0, sector);
  await device.flush();
  return { number: free, active: false, type: added.type, firstLba: added.firstLba, blocks: added.blocks };
}

/** The disk identifier as the agent reports it for whole-disk images, for example `0x1234abcd`. */
export async function diskIdentifier(device: BlockDevice): Promise<string> {
  const sector = await device.read(0, device.sectorSize);
  return `0x${sector.readUInt32LE(440).toString(16).padStart(8, '0')}`;
}

import { randomUUID } from 'node:crypto';
import type { BlockDevice } from './block-device.ts';
import { addGptPartition, lastLba, type NewPartition, readGpt, writeGpt } from './gpt.ts';

const ENTRIES = 128;
const ENTRY_SIZE = 128;

/** Puts an empty GUID partition table with a protective MBR on a disk, then the partitions. Former content is not erased. */
export async function createGpt(
  device: BlockDevice,
  partitions: readonly (Pick<NewPartition, 'typeGuid' | 'firstLba' | 'lastLba'> & Partial<NewPartition>)[] = [],
  diskGuid: string = randomUUID(),
): Promise<void> {
  const blocks = Math.ceil((ENTRIES * ENTRY_SIZE) / device.sectorSize);
  const mbr = Buffer.alloc(device.sectorSize);
  // One entry of type 0xEE from block 1 to the end (UEFI 5.2.3).
  mbr.write('00000200eeffffff01000000', 446, 'hex');
  mbr.writeUInt32LE(Math.min(0xffff_ffff, lastLba(device)), 458);
  mbr.writeUInt16BE(0x55aa, 510);
  await device.write(0, mbr);
  const header = {
    revision: 0x10000,
    headerSize: 92,
    currentLba: 1,
    alternateLba: lastLba(device),
    firstUsableLba: 2 + blocks,
    lastUsableLba: lastLba(device) - blocks - 1,
    diskGuid,
    entriesLba: 2,
    entryCount: ENTRIES,
    entrySize: ENTRY_SIZE,
    entriesCrc: 0,
  };
  await writeGpt(device, header, Buffer.alloc(ENTRIES * ENTRY_SIZE));
  for (const partition of partitions) {
    const table = await readGpt(device);
    if (table) await addGptPartition(device, table, { guid: randomUUID(), name: '', ...partition });
  }
}

import type { ByteSource } from './byte-source.ts';
import { SECTOR } from './fields.ts';

/** One entry of an El Torito catalogue. */
export interface BootEntry {
  readonly platform: 'bios' | 'efi' | 'other';
  /** First sector of the boot image, in sectors of 2048 bytes. */
  readonly extent: number;
  /** Length to load, in 512-byte sectors, as the entry states it. */
  readonly sectors: number;
}

/** Reads a catalogue of at most one sector; what is malformed yields no entries. */
export async function readBootCatalogue(source: ByteSource, block: number): Promise<BootEntry[]> {
  if ((block + 1) * SECTOR > source.size) return [];
  const bytes = await source.read(block * SECTOR, SECTOR);
  if (bytes[0] !== 1 || bytes[30] !== 0x55 || bytes[31] !== 0xaa) return [];
  const entries: BootEntry[] = [];
  let platform = bytes[1] ?? 0;
  for (let at = 32; at + 32 <= SECTOR; at += 32) {
    const kind = bytes[at] ?? 0;
    if (kind === 0x90 || kind === 0x91) platform = bytes[at + 1] ?? 0;
    else if (kind === 0x88)
      entries.push({
        platform: platform === 0 ? 'bios' : platform === 0xef ? 'efi' : 'other',
        extent: bytes.readUInt32LE(at + 8),
        sectors: bytes.readUInt16LE(at + 6),
      });
    else if (kind !== 0x44) break;
  }
  return entries;
}

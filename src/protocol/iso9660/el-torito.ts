import { SECTOR } from './fields.ts';

const X86 = 0;
const EFI = 0xef;

/** A boot image in the file area. */
export interface BootImage {
  readonly extent: number;
  /** Bytes. */
  readonly size: number;
}

/** Boot catalogue (El Torito 1.0, 2.0 to 2.4; platform 0xEF by the UEFI specification 13.3.2.1). */
export function bootCatalogue(bios: BootImage | undefined, efi: BootImage | undefined): Buffer {
  const sector = Buffer.alloc(SECTOR);
  validationEntry(bios ? X86 : EFI).copy(sector, 0);
  const first = bios ? bootEntry(bios, 4) : efi ? bootEntry(efi, efiSectors(efi)) : Buffer.alloc(32);
  first.copy(sector, 32);
  if (bios && efi) {
    sector[64] = 0x91;
    sector[65] = EFI;
    sector.writeUInt16LE(1, 66);
    bootEntry(efi, efiSectors(efi)).copy(sector, 96);
  }
  return sector;
}

/**
 * Patches the boot information table into an isolinux image, which finds its own place on the disc by it: block of the primary
 * descriptor, own block, own length, sum of all words from byte 64 on.
 */
export function withBootInfoTable(image: Buffer, extent: number): Buffer {
  const patched = Buffer.from(image);
  if (patched.length < 64) return patched;
  let sum = 0;
  for (let at = 64; at < patched.length; at += 4) {
    const word = at + 4 <= patched.length ? patched.readUInt32LE(at) : patched.readUIntLE(at, patched.length - at);
    sum = (sum + word) >>> 0;
  }
  patched.fill(0, 8, 64);
  patched.writeUInt32LE(16, 8);
  patched.writeUInt32LE(extent, 12);
  patched.writeUInt32LE(patched.length, 16);
  patched.writeUInt32LE(sum, 20);
  return patched;
}

function validationEntry(platform: number): Buffer {
  const entry = Buffer.alloc(32);
  entry[0] = 1;
  entry[1] = platform;
  entry[30] = 0x55;
  entry[31] = 0xaa;
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum = (sum + entry.readUInt16LE(at)) & 0xffff;
  entry.writeUInt16LE((0x10000 - sum) & 0xffff, 28);
  return entry;
}

/** Bootable, no emulation. */
function bootEntry(image: BootImage, sectorCount: number): Buffer {
  const entry = Buffer.alloc(32);
  entry[0] = 0x88;
  entry.writeUInt16LE(sectorCount, 6);
  entry.writeUInt32LE(image.extent, 8);
  return entry;
}

/** Counted in 512-byte sectors; an image over 32 MiB does not fit the field and the firmware then reads its size from the FAT. */
function efiSectors(image: BootImage): number {
  return Math.min(0xffff, Math.ceil(image.size / 512));
}

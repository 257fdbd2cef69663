import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';

const SECTOR = 512;
/** Bytes of the text descriptor that are read; real ones have under 2 KiB. */
const MAX_DESCRIPTOR = 64 << 10;
const CREATE_TYPES = ['monolithicsparse', 'streamoptimized'];
const LINE = [/^\s*$/, /^#/, /^ddb\./, /^\w+\s*=/, /^(RW|RDONLY|NOACCESS) /];

/**
 * Checks a sparse VMDK file: one file that names no others. (VMware Virtual Disk Format 1.1.)
 *
 * @returns bytes of the disk inside.
 * @throws Error with the reason when it is unsafe or malformed.
 */
export async function vmdkFacts(source: ByteSource, head: Buffer): Promise<number> {
  if (head.toString('latin1', 0, 4) !== 'KDMV') throw new Error('it is a bare descriptor, which names its data in other files');
  if (head.length < SECTOR) throw new Error('its header is cut off');
  const version = head.readUInt32LE(4);
  if (version < 1 || version > 3) throw new Error(`its version ${version} is unknown`);
  const descriptorSector = head.readBigUInt64LE(28);
  const descriptorSize = Number(head.readBigUInt64LE(36)) * SECTOR;
  if (descriptorSector !== 1n) throw new Error('its descriptor does not follow its header');
  if (descriptorSize === 0 || descriptorSize > MAX_DESCRIPTOR || SECTOR + descriptorSize > source.size)
    throw new Error(`its descriptor has ${descriptorSize} bytes`);
  const type = checkDescriptor((await source.read(SECTOR, descriptorSize)).toString('latin1').replace(/\0.*$/s, ''));
  if (type === 'streamoptimized' && head.readBigUInt64LE(56) === 0xffff_ffff_ffff_ffffn) await checkFooter(source, head);
  const sectors = Number(head.readBigUInt64LE(12));
  if (!Number.isSafeInteger(sectors * SECTOR)) throw new Error('it states an impossible size');
  return sectors * SECTOR;
}

function checkDescriptor(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const strange = lines.find((line) => !LINE.some((pattern) => pattern.test(line)));
  if (strange !== undefined) throw new Error(`its descriptor has the line ${JSON.stringify(strange.slice(0, 60))}`);
  const type = lines.map((line) => /^createType\s*=\s*"?([^"]*)"?$/i.exec(line)?.[1]).find((value) => value !== undefined);
  if (type === undefined || !CREATE_TYPES.includes(type.toLowerCase())) throw new Error(`its type is ${type ?? 'not said'}`);
  const extents = lines.filter((line) => /^(RW|RDONLY|NOACCESS) /.test(line));
  if (extents.length === 0) throw new Error('it has no extents');
  if (extents.some((line) => line.includes('/'))) throw new Error('an extent names a path');
  return type.toLowerCase();
}

/** Streamed files repeat their header in a footer, between a footer marker and an end-of-stream marker. */
async function checkFooter(source: ByteSource, head: Buffer): Promise<void> {
  if (source.size < 4 * SECTOR) throw new Error('its footer is missing');
  const end = await source.read(source.size - 3 * SECTOR, 3 * SECTOR);
  const footer = end.subarray(SECTOR, 2 * SECTOR);
  const same = footer.subarray(0, 8).equals(head.subarray(0, 8)) && footer.subarray(28, 44).equals(head.subarray(28, 44));
  if (!same) throw new Error('its footer contradicts its header');
  if (footer.readBigUInt64LE(56) === 0xffff_ffff_ffff_ffffn) throw new Error('its footer points at another footer');
  const marker = (at: number): { value: bigint; size: number; type: number } => ({
    value: end.readBigUInt64LE(at),
    size: end.readUInt32LE(at + 8),
    type: end.readUInt32LE(at + 12),
  });
  const before = marker(0);
  const after = marker(2 * SECTOR);
  if (before.value !== 1n || before.size !== 0 || before.type !== 3) throw new Error('its footer marker is malformed');
  if (after.value !== 0n || after.size !== 0 || after.type !== 0) throw new Error('its end-of-stream marker is malformed');
}

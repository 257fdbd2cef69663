import { crc32 } from 'node:zlib';
import { WroughtError } from '../model/errors.ts';

/** GUID partition table structures (UEFI specification, chapter 5). All positions are in logical blocks. */

export interface GptHeader {
  readonly revision: number;
  readonly headerSize: number;
  readonly currentLba: number;
  readonly alternateLba: number;
  readonly firstUsableLba: number;
  readonly lastUsableLba: number;
  readonly diskGuid: string;
  readonly entriesLba: number;
  readonly entryCount: number;
  readonly entrySize: number;
  readonly entriesCrc: number;
}

export interface GptPartition {
  /** Counted from 1, as programs show it. */
  readonly number: number;
  readonly typeGuid: string;
  readonly guid: string;
  readonly firstLba: number;
  /** Inclusive. */
  readonly lastLba: number;
  readonly attributes: bigint;
  readonly name: string;
}

const SIGNATURE = 'EFI PART';
/** Larger tables are refused: the specification's minimum is 128 entries of 128 bytes. */
const MAX_ENTRIES = 1024;

/** Parses and checks one header; answers null where there is none, or the reason why it is broken. */
export function parseGptHeader(sector: Buffer, lba: number): GptHeader | null | { broken: string } {
  if (sector.toString('latin1', 0, 8) !== SIGNATURE) return null;
  const headerSize = sector.readUInt32LE(12);
  if (headerSize < 92 || headerSize > sector.length) return { broken: `states a header of ${headerSize} bytes` };
  if (sector.readUInt32LE(16) !== headerCrc(sector, headerSize)) return { broken: 'fails its checksum' };
  const entryCount = sector.readUInt32LE(80);
  const entrySize = sector.readUInt32LE(84);
  if (entryCount === 0 || entryCount > MAX_ENTRIES || entrySize < 128 || entrySize > 1024 || entrySize % 128 !== 0)
    return { broken: `states ${entryCount} entries of ${entrySize} bytes` };
  const header = {
    revision: sector.readUInt32LE(8),
    headerSize,
    currentLba: readLba(sector, 24),
    alternateLba: readLba(sector, 32),
    firstUsableLba: readLba(sector, 40),
    lastUsableLba: readLba(sector, 48),
    diskGuid: readGuid(sector, 56),
    entriesLba: readLba(sector, 72),
    entryCount,
    entrySize,
    entriesCrc: sector.readUInt32LE(88),
  };
  if (header.currentLba !== lba) return { broken: `states that it stands in block ${header.currentLba}` };
  return header;
}

/** The header as a sector with its checksum. */
export function encodeGptHeader(header: GptHeader, sectorSize: number): Buffer {
  const sector = Buffer.alloc(sectorSize);
  sector.write(SIGNATURE, 0, 'latin1');
  sector.writeUInt32LE(header.revision, 8);
  sector.writeUInt32LE(header.headerSize, 12);
  writeLba(sector, 24, header.currentLba);
  writeLba(sector, 32, header.alternateLba);
  writeLba(sector, 40, header.firstUsableLba);
  writeLba(sector, 48, header.lastUsableLba);
  writeGuid(sector, 56, header.diskGuid);
  writeLba(sector, 72, header.entriesLba);
  sector.writeUInt32LE(header.entryCount, 80);
  sector.writeUInt32LE(header.entrySize, 84);
  sector.writeUInt32LE(header.entriesCrc, 88);
  sector.writeUInt32LE(headerCrc(sector, header.headerSize), 16);
  return sector;
}

/** Used entries of the table. */
export function parseGptEntries(header: GptHeader, table: Buffer): GptPartition[] {
  const partitions: GptPartition[] = [];
  for (let index = 0; index < header.entryCount; index++) {
    const entry = table.subarray(index * header.entrySize, (index + 1) * header.entrySize);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    partitions.push({
      number: index + 1,
      typeGuid: readGuid(entry, 0),
      guid: readGuid(entry, 16),
      firstLba: readLba(entry, 32),
      lastLba: readLba(entry, 40),
      attributes: entry.readBigUInt64LE(48),
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
    });
  }
  return partitions;
}

/** Writes an entry into its place in the table. */
export function putGptEntry(table: Buffer, header: GptHeader, partition: GptPartition): void {
  const at = (partition.number - 1) * header.entrySize;
  table.fill(0, at, at + header.entrySize);
  writeGuid(table, at, partition.typeGuid);
  writeGuid(table, at + 16, partition.guid);
  writeLba(table, at + 32, partition.firstLba);
  writeLba(table, at + 40, partition.lastLba);
  table.writeBigUInt64LE(partition.attributes, at + 48);
  table.write(partition.name.slice(0, 36), at + 56, 72, 'utf16le');
}

export function entriesCrc(table: Buffer): number {
  return crc32(table);
}

function headerCrc(sector: Buffer, headerSize: number): number {
  const copy = Buffer.from(sector.subarray(0, headerSize));
  copy.fill(0, 16, 20);
  return crc32(copy);
}

/** A block number; those that a double cannot hold mean a broken table and become the largest one that it can. */
function readLba(buffer: Buffer, offset: number): number {
  const value = buffer.readBigUInt64LE(offset);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

function writeLba(buffer: Buffer, offset: number, value: number): void {
  buffer.writeBigUInt64LE(BigInt(value), offset);
}

/** GUID text of the mixed-endian form on disk. */
function readGuid(buffer: Buffer, offset: number): string {
  const hex = (...at: number[]): string => at.map((i) => (buffer[offset + i] ?? 0).toString(16).padStart(2, '0')).join('');
  return `${hex(3, 2, 1, 0)}-${hex(5, 4)}-${hex(7, 6)}-${hex(8, 9)}-${hex(10, 11, 12, 13, 14, 15)}`;
}

function writeGuid(buffer: Buffer, offset: number, guid: string): void {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new WroughtError('INVALID_PARAMETER', `${guid}: is no GUID`);
  [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].forEach((from, to) => {
    buffer[offset + to] = bytes[from] ?? 0;
  });
}

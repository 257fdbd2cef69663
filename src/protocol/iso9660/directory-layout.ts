import { putBoth16, putBoth32, recordDate, SECTOR, sectors } from './fields.ts';
import { IsoError } from './iso-error.ts';
import type { TreeDirectory, TreeNode } from './iso-tree.ts';
import type { NameSpace } from './name-space.ts';
import { CE_LENGTH, continuation, type SystemUse } from './rock-ridge.ts';

interface PlannedRecord {
  readonly node: TreeNode;
  readonly identifier: Buffer;
  readonly use: SystemUse;
  /** Byte offset of the overflow in the continuation area. */
  readonly overflowAt: number;
}

interface PlannedDirectory {
  readonly node: TreeDirectory;
  readonly identifier: Buffer;
  /** Number of the parent in the path table, counted from 1. */
  readonly parent: number;
  readonly records: readonly PlannedRecord[];
  /** Bytes, whole sectors. */
  readonly size: number;
  extent: number;
}

/** All directories of one name space, in path table order, with room for the records and what overflows them. */
export interface DirectoryLayout {
  /** Bytes of one path table. */
  readonly pathTableSize: number;
  /** Sectors that `write` fills, from `extent` on. */
  readonly blocks: number;
  /** Gives every directory its place. */
  place(extent: number): void;
  rootRecord(): Buffer;
  pathTable(order: 'little' | 'big'): Buffer;
  /** Directory and continuation sectors; the extents of all files must be known. */
  content(): Buffer;
}

export function layOutDirectories(root: TreeDirectory, names: NameSpace, date: Date): DirectoryLayout {
  let overflowSize = 0;
  const reserve = (length: number): number => {
    // An area must not cross a sector: readers map one block for each CE entry.
    if (length > 0 && (overflowSize % SECTOR) + length > SECTOR) overflowSize = sectors(overflowSize) * SECTOR;
    const at = overflowSize;
    overflowSize += length;
    return at;
  };

  const directories: PlannedDirectory[] = [];
  let level: { node: TreeDirectory; identifier: Buffer; parent: number; parentNode: TreeDirectory }[] = [
    { node: root, identifier: Buffer.from([0]), parent: 1, parentNode: root },
  ];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { node, identifier, parent, parentNode } of level) {
      const identifiers = names.identifiers(node.children.values());
      const sorted = [...identifiers].sort((a, b) => Buffer.compare(a[1], b[1]));
      const number = directories.length + 1;
      const plan = (of: TreeNode, id: Buffer, role: 'self' | 'parent' | 'child' | 'root-self'): PlannedRecord => {
        const use = names.systemUse({ node: of, role }, id.length, date);
        return { node: of, identifier: id, use, overflowAt: reserve(use.overflow.length) };
      };
      const records = [
        plan(node, Buffer.from([0]), node === root ? 'root-self' : 'self'),
        plan(parentNode, Buffer.from([1]), 'parent'),
        ...sorted.map(([child, id]) => plan(child, id, 'child')),
      ];
      directories.push({ node, identifier, parent, records, size: recordsSize(records), extent: 0 });
      for (const [child, id] of sorted)
        if (child.kind === 'directory') next.push({ node: child, identifier: id, parent: number, parentNode: node });
    }
    level = next;
  }
  if (directories.length > 0xffff) throw new IsoError(`${directories.length} directories are more than a path table can number`);

  const byNode = new Map<TreeNode, PlannedDirectory>(directories.map((d) => [d.node, d]));
  const directoryBlocks = directories.reduce((sum, d) => sum + d.size / SECTOR, 0);
  let start = 0;
  const locate = (node: TreeNode): { extent: number; size: number } =>
    node.kind === 'file' ? node : (byNode.get(node) ?? { extent: 0, size: 0 });

  return {
    pathTableSize: directories.reduce((sum, d) => sum + pathEntryLength(d.identifier), 0),
    blocks: directoryBlocks + sectors(overflowSize),
    place(extent) {
      start = extent;
      for (const directory of directories) {
        directory.extent = extent;
        extent += directory.size / SECTOR;
      }
    },
    rootRecord: () => directoryRecord(Buffer.from([0]), locate(root), true, date, Buffer.alloc(0)),
    pathTable: (order) => Buffer.concat(directories.map((d) => pathEntry(d, order))),
    content() {
      const out = Buffer.alloc((directoryBlocks + sectors(overflowSize)) * SECTOR);
      const overflowBlock = start + directoryBlocks;
      for (const directory of directories) {
        let at = (directory.extent - start) * SECTOR;
        for (const record of directory.records) {
          const { overflow, inline } = record.use;
          const block = overflowBlock + Math.floor(record.overflowAt / SECTOR);
          const use =
            overflow.length === 0 ? inline : Buffer.concat([inline, continuation(block, record.overflowAt % SECTOR, overflow.length)]);
          overflow.copy(out, directoryBlocks * SECTOR + record.overflowAt);
          const bytes = directoryRecord(record.identifier, locate(record.node), record.node.kind === 'directory', date, use);
          if ((at % SECTOR) + bytes.length > SECTOR) at = sectors(at) * SECTOR;
          bytes.copy(out, at);
          at += bytes.length;
        }
      }
      return out;
    },
  };
}

/** Directory record, ECMA-119 9.1. */
function directoryRecord(
  identifier: Buffer,
  place: { extent: number; size: number },
  directory: boolean,
  date: Date,
  systemUse: Buffer,
): Buffer {
  const record = Buffer.alloc(recordLength(identifier.length, systemUse.length));
  record[0] = record.length;
  putBoth32(record, 2, place.extent);
  putBoth32(record, 10, place.size);
  recordDate(date).copy(record, 18);
  record[25] = directory ? 2 : 0;
  putBoth16(record, 28, 1);
  record[32] = identifier.length;
  identifier.copy(record, 33);
  systemUse.copy(record, 33 + identifier.length + (identifier.length % 2 === 0 ? 1 : 0));
  return record;
}

function recordLength(identifierLength: number, useLength: number): number {
  const length = 33 + identifierLength + (identifierLength % 2 === 0 ? 1 : 0) + useLength;
  return length + (length % 2);
}

/** A record never crosses a sector (6.8.1.1). */
function recordsSize(records: readonly PlannedRecord[]): number {
  let at = 0;
  for (const { identifier, use } of records) {
    const length = recordLength(identifier.length, use.inline.length + (use.overflow.length > 0 ? CE_LENGTH : 0));
    if ((at % SECTOR) + length > SECTOR) at = sectors(at) * SECTOR;
    at += length;
  }
  return sectors(at) * SECTOR;
}

/** Path table record, ECMA-119 9.4. */
function pathEntry(directory: PlannedDirectory, order: 'little' | 'big'): Buffer {
  const entry = Buffer.alloc(pathEntryLength(directory.identifier));
  entry[0] = directory.identifier.length;
  if (order === 'little') {
    entry.writeUInt32LE(directory.extent, 2);
    entry.writeUInt16LE(directory.parent, 6);
  } else {
    entry.writeUInt32BE(directory.extent, 2);
    entry.writeUInt16BE(directory.parent, 6);
  }
  directory.identifier.copy(entry, 8);
  return entry;
}

function pathEntryLength(identifier: Buffer): number {
  return 8 + identifier.length + (identifier.length % 2);
}

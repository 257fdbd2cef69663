import { type BootEntry, readBootCatalogue } from './boot-catalogue.ts';
import type { ByteSource } from './byte-source.ts';
import { type DirectoryRecord, parseRecord, recordsOf } from './directory-record.ts';
import { SECTOR } from './fields.ts';
import { IsoError } from './iso-error.ts';
import { readSystemUse } from './system-use.ts';

export interface IsoEntry {
  /** Slash-separated, without a leading slash. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
  /** Bytes. */
  readonly size: number;
}

/** What a hostile image can make the reader spend. */
export interface IsoLimits {
  readonly maxEntries: number;
  /** Bytes of all directories together. */
  readonly maxDirectoryBytes: number;
  readonly maxDepth: number;
}

const DEFAULT_LIMITS: IsoLimits = { maxEntries: 20_000, maxDirectoryBytes: 8 << 20, maxDepth: 32 };
/** Descriptors looked at before a terminator must have come. */
const MAX_DESCRIPTORS = 64;

export interface IsoImage {
  readonly label: string;
  readonly publisher: string;
  /** Which names `list` shows. */
  readonly names: 'rock-ridge' | 'joliet' | 'plain';
  readonly boot: readonly BootEntry[];
  list(): Promise<readonly IsoEntry[]>;
  /** Size of a file, or null when there is no such file. */
  fileSize(path: string): Promise<number | null>;
  /** Random access to a file. @throws IsoError when there is none of that path. */
  openFile(path: string): Promise<ByteSource>;
  /** A whole file of at most `maxBytes`. @throws IsoError. */
  readFile(path: string, maxBytes: number): Promise<Buffer>;
}

interface Found extends IsoEntry {
  readonly sections: { readonly start: number; readonly size: number }[];
}

/**
 * Opens an ISO 9660 image. Names come from Rock Ridge, else Joliet, else the plain identifiers in lower case, as Linux shows them.
 *
 * @throws IsoError when the bytes are no such image.
 */
export async function openIso(source: ByteSource, limits: IsoLimits = DEFAULT_LIMITS): Promise<IsoImage> {
  const volumes = await readDescriptors(source);
  const primary = volumes.find((v) => v[0] === 1);
  if (!primary) throw new IsoError('no primary volume descriptor of ISO 9660 was found');
  const blockSize = primary.readUInt16LE(128);
  if (blockSize !== 512 && blockSize !== 1024 && blockSize !== 2048)
    throw new IsoError(`the volume states a logical block size of ${blockSize} bytes`);
  const joliet = volumes.find((v) => v[0] === 2 && /^%\/[@CE]/.test(v.toString('latin1', 88, 91)));
  const catalogue = volumes.find((v) => v[0] === 0 && v.toString('latin1', 7, 30) === 'EL TORITO SPECIFICATION');

  const root = parseRecord(primary.subarray(156, 190));
  const rock = await rockRidgeOf(source, blockSize, root);
  const names = rock !== null ? 'rock-ridge' : joliet ? 'joliet' : 'plain';
  const start = names === 'joliet' && joliet ? parseRecord(joliet.subarray(156, 190)) : root;

  let entries: Promise<Map<string, Found>> | undefined;
  const all = (): Promise<Map<string, Found>> => {
    entries ??= walk(source, { blockSize, limits, names, skip: rock?.skip ?? 0 }, start);
    return entries;
  };
  const file = async (path: string): Promise<Found | null> => {
    const found = (await all()).get(path);
    return found?.kind === 'file' ? found : null;
  };
  const openFile = async (path: string): Promise<ByteSource> => {
    const found = await file(path);
    if (!found) throw new IsoError(`${path}: is no file of the image`);
    return { size: found.size, read: (offset, length) => readSections(source, found, offset, length) };
  };

  return {
    label: primary.toString('latin1', 40, 72).trimEnd(),
    publisher: primary.toString('latin1', 318, 446).trimEnd(),
    names,
    boot: catalogue ? await readBootCatalogue(source, catalogue.readUInt32LE(71)) : [],
    list: async () => [...(await all()).values()].map(({ path, kind, size }) => ({ path, kind, size })),
    fileSize: async (path) => (await file(path))?.size ?? null,
    openFile,
    async readFile(path, maxBytes) {
      const opened = await openFile(path);
      if (opened.size > maxBytes) throw new IsoError(`${path}: has ${opened.size} bytes, more than the ${maxBytes} that are read`);
      return opened.read(0, opened.size);
    },
  };
}

async function readDescriptors(source: ByteSource): Promise<Buffer[]> {
  const volumes: Buffer[] = [];
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    const at = (16 + index) * SECTOR;
    if (at + SECTOR > source.size) break;
    const sector = await source.read(at, SECTOR);
    if (sector.toString('latin1', 1, 6) !== 'CD001' || sector[0] === 255) break;
    volumes.push(sector);
  }
  return volumes;
}

/** Whether the root directory announces the protocol, and how many bytes other records skip. */
async function rockRidgeOf(source: ByteSource, blockSize: number, root: DirectoryRecord): Promise<{ skip: number } | null> {
  const at = root.extent * blockSize;
  if (at + SECTOR > source.size) return null;
  const self = parseRecord(await source.read(at, SECTOR));
  const use = await readSystemUse(source, blockSize, self.systemUse, 0);
  return use.sharing && use.mode !== null ? { skip: use.skip } : null;
}

interface Walk {
  readonly blockSize: number;
  readonly limits: IsoLimits;
  readonly names: IsoImage['names'];
  readonly skip: number;
}

async function walk(source: ByteSource, how: Walk, root: DirectoryRecord): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const seen = new Set<number>();
  let budget = how.limits.maxDirectoryBytes;
  const queue: { record: DirectoryRecord; prefix: string; depth: number }[] = [{ record: root, prefix: '', depth: 1 }];
  for (let directory = queue.shift(); directory; directory = queue.shift()) {
    const { record, prefix, depth } = directory;
    const at = record.extent * how.blockSize;
    if (seen.has(record.extent) || depth > how.limits.maxDepth) throw new IsoError(`/${prefix}: directories run in circles or too deep`);
    seen.add(record.extent);
    budget -= record.size;
    if (budget < 0) throw new IsoError(`the directories have more than ${how.limits.maxDirectoryBytes} bytes`);
    if (at + record.size > source.size) throw new IsoError(`/${prefix}: the directory lies outside of the image`);

    let open: Found | null = null;
    for (const child of recordsOf(await source.read(at, record.size), SECTOR)) {
      if (child.identifier.length === 1 && (child.identifier[0] ?? 2) < 2) continue;
      const section = { start: child.extent * how.blockSize, size: child.size };
      if (open !== null) open.sections.push(section);
      else {
        const { name, mode } = await nameOf(source, how, child);
        if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) continue;
        const special = mode !== null && ![0o100000, 0o040000].includes(mode & 0o170000);
        open = { path: prefix + name, kind: child.directory ? 'directory' : special ? 'other' : 'file', size: 0, sections: [section] };
      }
      if (child.more) {
        if (open.sections.length > how.limits.maxEntries) throw new IsoError(`${open.path}: consists of too many sections`);
        continue;
      }
      const size = open.sections.reduce((sum, s) => sum + s.size, 0);
      if (open.kind === 'file' && open.sections.some((s) => s.size > 0 && s.start + s.size > source.size))
        throw new IsoError(`${open.path}: lies outside of the image`);
      if (open.kind === 'directory') queue.push({ record: child, prefix: `${open.path}/`, depth: depth + 1 });
      found.set(open.path, { ...open, size: open.kind === 'directory' ? 0 : size });
      if (found.size > how.limits.maxEntries) throw new IsoError(`the image has more than ${how.limits.maxEntries} entries`);
      open = null;
    }
  }
  return found;
}

async function nameOf(source: ByteSource, how: Walk, record: DirectoryRecord): Promise<{ name: string; mode: number | null }> {
  if (how.names === 'joliet') {
    const even = record.identifier.subarray(0, record.identifier.length & ~1);
    return { name: withoutVersion(Buffer.from(even).swap16().toString('utf16le')), mode: null };
  }
  const plain = withoutVersion(record.identifier.toString('latin1')).toLowerCase();
  if (how.names === 'plain') return { name: plain, mode: null };
  const use = await readSystemUse(source, how.blockSize, record.systemUse, how.skip);
  return { name: use.name ?? plain, mode: use.mode };
}

function withoutVersion(identifier: string): string {
  return identifier.replace(/;\d+$/, '').replace(/\.$/, '');
}

async function readSections(source: ByteSource, file: Found, offset: number, length: number): Promise<Buffer> {
  if (offset < 0 || length < 0 || offset + length > file.size)
    throw new IsoError(`${file.path}: bytes ${offset}+${length} lie outside of its ${file.size} bytes`);
  const parts: Buffer[] = [];
  let skip = offset;
  let left = length;
  for (const section of file.sections) {
    if (left === 0) break;
    if (skip >= section.size) {
      skip -= section.size;
      continue;
    }
    const count = Math.min(left, section.size - skip);
    parts.push(await source.read(section.start + skip, count));
    skip = 0;
    left -= count;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

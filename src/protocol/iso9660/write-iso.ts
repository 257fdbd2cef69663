import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { layOutDirectories } from './directory-layout.ts';
import { bootCatalogue, withBootInfoTable } from './el-torito.ts';
import { SECTOR, sectors } from './fields.ts';
import { IsoError } from './iso-error.ts';
import { buildTree, type IsoFile, type TreeDirectory, type TreeFile } from './iso-tree.ts';
import { jolietNames, primaryNames } from './name-space.ts';
import { bootDescriptor, jolietDescriptor, primaryDescriptor, terminator } from './volume-descriptor.ts';

export interface IsoOptions {
  /** Volume label, at most 32 ASCII characters (Joliet shows the first 16). */
  readonly label: string;
  readonly publisher?: string;
  readonly files: readonly IsoFile[];
  /** Paths, among `files`, of the El Torito boot images. The BIOS image gets a boot information table. */
  readonly boot?: { readonly bios?: string; readonly efi?: string };
  /** Date of everything in the image. */
  readonly date: Date;
}

/** An image that has been laid out and can be streamed. */
export interface PlannedIso {
  /** Bytes. */
  readonly size: number;
  /** The image from its first byte to its last. Files are read as the stream gets to them. */
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Lays out an ISO 9660 image (ECMA-119 level 2) with Rock Ridge and Joliet names.
 *
 * Order on the disc: system area, descriptors, boot catalogue, path tables, both directory trees, files in the order given.
 *
 * @throws IsoError for paths, names or sizes that the format cannot hold.
 */
export async function planIso(options: IsoOptions): Promise<PlannedIso> {
  checkText('volume label', options.label, 32);
  checkText('publisher', options.publisher ?? '', 128);
  const root = await buildTree(options.files);
  const files = options.files.map((file) => findFile(root, file.path));
  const boot = { bios: bootFile(root, options.boot?.bios), efi: bootFile(root, options.boot?.efi) };
  const bootable = boot.bios !== undefined || boot.efi !== undefined;

  const primary = layOutDirectories(root, primaryNames, options.date);
  const joliet = layOutDirectories(root, jolietNames, options.date);
  let next = 16 + (bootable ? 4 : 3);
  const take = (count: number): number => {
    const at = next;
    next += count;
    return at;
  };
  const catalogue = bootable ? take(1) : 0;
  const tables = [primary, joliet].map((layout) => {
    const blocks = sectors(layout.pathTableSize);
    return { little: take(blocks), big: take(blocks) };
  });
  primary.place(take(primary.blocks));
  joliet.place(take(joliet.blocks));
  for (const file of files) file.extent = take(sectors(file.size));
  const blocks = next;
  if (blocks > 0xffff_ffff) throw new IsoError(`the image would have ${blocks} sectors, more than the format can count`);

  const facts = [primary, joliet].map((layout, index) => ({
    label: options.label,
    publisher: options.publisher ?? '',
    date: options.date,
    blocks,
    pathTableSize: layout.pathTableSize,
    littlePathTable: tables[index]?.little ?? 0,
    bigPathTable: tables[index]?.big ?? 0,
    rootRecord: layout.rootRecord(),
  }));
  const [primaryFacts, jolietFacts] = facts;
  if (!primaryFacts || !jolietFacts) throw new IsoError('the image has no descriptors');

  return {
    size: blocks * SECTOR,
    async *stream() {
      yield Buffer.alloc(16 * SECTOR);
      yield primaryDescriptor(primaryFacts);
      if (bootable) yield bootDescriptor(catalogue);
      yield jolietDescriptor(jolietFacts);
      yield terminator();
      if (bootable) yield bootCatalogue(boot.bios, boot.efi);
      for (const layout of [primary, joliet])
        for (const order of ['little', 'big'] as const) yield padded(layout.pathTable(order), sectors(layout.pathTableSize));
      yield primary.content();
      yield joliet.content();
      for (const file of files) yield* fileSectors(file, file === boot.bios);
    },
  };
}

/** Writes an image to a file; the file is complete when the promise resolves. */
export async function writeIsoFile(options: IsoOptions, outFile: string, signal?: AbortSignal): Promise<void> {
  const plan = await planIso(options);
  await pipeline(Readable.from(plan.stream(), { objectMode: false }), createWriteStream(outFile), signal ? { signal } : {});
}

/** A small image in memory. */
export async function isoBuffer(options: IsoOptions): Promise<Buffer> {
  const plan = await planIso(options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of plan.stream()) chunks.push(chunk);
  return Buffer.concat(chunks, plan.size);
}

async function* fileSectors(file: TreeFile, bootInfo: boolean): AsyncGenerator<Uint8Array, void, undefined> {
  let written = 0;
  for await (const chunk of fileContent(file, bootInfo)) {
    written += chunk.length;
    if (written > file.size) break;
    yield chunk;
  }
  if (written !== file.size) throw new IsoError(`${file.name}: had ${file.size} bytes when the image was laid out, and has others now`);
  if (written % SECTOR !== 0) yield Buffer.alloc(SECTOR - (written % SECTOR));
}

async function* fileContent(file: TreeFile, bootInfo: boolean): AsyncGenerator<Uint8Array, void, undefined> {
  if (bootInfo) {
    const bytes = file.content instanceof Uint8Array ? Buffer.from(file.content) : await readFile(file.content.path);
    yield withBootInfoTable(bytes, file.extent);
  } else if (file.content instanceof Uint8Array) {
    if (file.content.length > 0) yield file.content;
  } else {
    yield* createReadStream(file.content.path, { highWaterMark: 1 << 20 });
  }
}

function padded(bytes: Buffer, blocks: number): Buffer {
  return Buffer.concat([bytes], blocks * SECTOR);
}

function findFile(root: TreeDirectory, path: string): TreeFile {
  let node: TreeDirectory | TreeFile | undefined = root;
  for (const part of path.split('/')) node = node?.kind === 'directory' ? node.children.get(part) : undefined;
  if (node?.kind !== 'file') throw new IsoError(`${path}: is not among the files of the image`);
  return node;
}

function bootFile(root: TreeDirectory, path: string | undefined): TreeFile | undefined {
  return path === undefined ? undefined : findFile(root, path);
}

function checkText(what: string, text: string, length: number): void {
  if (text.length > length || !/^[\x20-\x7e]*$/.test(text))
    throw new IsoError(`${what} ${JSON.stringify(text)}: at most ${length} printable ASCII characters are possible`);
}

import { stat } from 'node:fs/promises';
import { IsoError } from './iso-error.ts';

/** Content of a file in the image. Files by path are streamed, never read whole. */
export type IsoContent = Uint8Array | { readonly path: string };

export interface IsoFile {
  /** Slash-separated path inside of the image, without a leading slash. */
  readonly path: string;
  readonly content: IsoContent;
}

export interface TreeFile {
  readonly kind: 'file';
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly content: IsoContent;
  /** First block; known once the image is laid out. */
  extent: number;
}

export interface TreeDirectory {
  readonly kind: 'directory';
  readonly name: string;
  readonly children: Map<string, TreeNode>;
}

export type TreeNode = TreeFile | TreeDirectory;

/** ECMA-119 6.8.2.1: eight levels, the root counted. */
const MAX_DEPTH = 8;
/** A file section's length is a 32-bit number. */
const MAX_FILE = 0xffff_ffff;

/** Makes the tree of a flat list of files. @throws IsoError for bad, doubled or too deep paths and too large files. */
export async function buildTree(files: readonly IsoFile[]): Promise<TreeDirectory> {
  const root: TreeDirectory = { kind: 'directory', name: '', children: new Map() };
  for (const file of files) {
    const parts = file.path.split('/');
    const name = parts.pop() ?? '';
    if (parts.length >= MAX_DEPTH) throw new IsoError(`${file.path}: lies deeper than ${MAX_DEPTH} levels`);
    const directory = parts.reduce((parent, part) => subdirectory(parent, part, file.path), root);
    checkName(name, file.path);
    if (directory.children.has(name)) throw new IsoError(`${file.path}: is given twice`);
    const size = await contentSize(file);
    if (size > MAX_FILE) throw new IsoError(`${file.path}: ${size} bytes are more than the 4 GiB a file of an ISO 9660 image can have`);
    directory.children.set(name, { kind: 'file', name, size, content: file.content, extent: 0 });
  }
  return root;
}

function subdirectory(parent: TreeDirectory, name: string, path: string): TreeDirectory {
  checkName(name, path);
  const present = parent.children.get(name);
  if (present?.kind === 'directory') return present;
  if (present) throw new IsoError(`${path}: ${name} is a file already`);
  const created: TreeDirectory = { kind: 'directory', name, children: new Map() };
  parent.children.set(name, created);
  return created;
}

function checkName(name: string, path: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || Buffer.byteLength(name) > 255)
    throw new IsoError(`${JSON.stringify(path)}: is no path of an image (parts have 1 to 255 bytes, and are neither "." nor "..")`);
}

async function contentSize(file: IsoFile): Promise<number> {
  if (file.content instanceof Uint8Array) return file.content.length;
  const info = await stat(file.content.path);
  if (!info.isFile()) throw new IsoError(`${file.path}: ${file.content.path} is no regular file`);
  return info.size;
}

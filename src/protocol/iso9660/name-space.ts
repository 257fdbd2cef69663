import { wide } from './fields.ts';
import type { TreeNode } from './iso-tree.ts';
import { type SystemUse, systemUseOf } from './rock-ridge.ts';

/**
 * One of the two directory hierarchies of an image. Both show the same files: the primary one with short upper-case names and Rock
 * Ridge entries, the Joliet one with names in UCS-2.
 */
export interface NameSpace {
  /** File identifiers for all children of one directory; unique and at most 222 bytes long. */
  identifiers(children: Iterable<TreeNode>): Map<TreeNode, Buffer>;
  systemUse(entry: { node: TreeNode; role: 'self' | 'parent' | 'child' | 'root-self' }, identifierLength: number, date: Date): SystemUse;
}

const NO_SYSTEM_USE: SystemUse = { inline: Buffer.alloc(0), overflow: Buffer.alloc(0) };

export const primaryNames: NameSpace = {
  identifiers: (children) => uniquely(children, primaryName, (text) => Buffer.from(text, 'latin1')),
  systemUse: (entry, identifierLength, date) => systemUseOf(entry.node, entry.role, identifierLength, date),
};

export const jolietNames: NameSpace = {
  identifiers: (children) => uniquely(children, jolietName, wide),
  systemUse: () => NO_SYSTEM_USE,
};

/** ECMA-119 7.5 and 7.6, interchange level 2: up to 30 characters of A-Z 0-9 _ and, in files, one dot and a version. */
function primaryName(node: TreeNode, turn: number): string {
  const plain = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  if (node.kind === 'directory') return numbered(plain(node.name), 31, turn);
  const dot = node.name.lastIndexOf('.');
  const extension = dot > 0 ? plain(node.name.slice(dot + 1)).slice(0, 10) : '';
  return `${numbered(plain(dot > 0 ? node.name.slice(0, dot) : node.name), 30 - extension.length, turn)}.${extension};1`;
}

/** Joliet 3: up to 64 characters, without those a path or a version uses. As common writers do, no version is appended. */
function jolietName(node: TreeNode, turn: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Joliet forbids exactly the control characters
  const plain = node.name.replace(/[\x00-\x1f*/:;?\\]/g, '_');
  return numbered(plain, 64, turn);
}

/** Cuts to `length`; from the second turn on ends in the number of the turn. */
function numbered(text: string, length: number, turn: number): string {
  const suffix = turn === 0 ? '' : `_${turn}`;
  return text.slice(0, length - suffix.length) + suffix;
}

function uniquely(
  children: Iterable<TreeNode>,
  name: (node: TreeNode, turn: number) => string,
  encode: (text: string) => Buffer,
): Map<TreeNode, Buffer> {
  const taken = new Set<string>();
  const result = new Map<TreeNode, Buffer>();
  for (const child of children) {
    let turn = 0;
    let text = name(child, turn);
    while (taken.has(text)) text = name(child, ++turn);
    taken.add(text);
    result.set(child, encode(text));
  }
  return result;
}

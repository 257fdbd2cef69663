import { putBoth32, recordDate } from './fields.ts';
import type { TreeNode } from './iso-tree.ts';

/**
 * What follows the identifier in a directory record (System Use Sharing Protocol). `overflow` is what does not fit into the record: it
 * goes to the continuation area and the record then ends in a CE entry that points there.
 */
export interface SystemUse {
  readonly inline: Buffer;
  readonly overflow: Buffer;
}

/** Length of a CE entry. */
export const CE_LENGTH = 28;
/** A record's length is one byte and even. */
const MAX_RECORD = 254;

/** Rock Ridge (RRIP 1.09) entries: read-only files of root with their true names and date. */
export function systemUseOf(
  node: TreeNode,
  role: 'self' | 'parent' | 'child' | 'root-self',
  identifierLength: number,
  date: Date,
): SystemUse {
  const fixed = [posixAttributes(node), timestamps(date)];
  if (role === 'root-self') return { inline: Buffer.concat([sharingProtocol(), ...fixed]), overflow: extensionReference() };
  if (role !== 'child') return { inline: Buffer.concat(fixed), overflow: Buffer.alloc(0) };
  const name = alternateName(node.name);
  const whole = Buffer.concat([...fixed, name]);
  const head = 33 + identifierLength + (identifierLength % 2 === 0 ? 1 : 0);
  if (head + whole.length <= MAX_RECORD) return { inline: whole, overflow: Buffer.alloc(0) };
  return { inline: Buffer.concat(fixed), overflow: name };
}

/** CE: where the rest of the entries stands. */
export function continuation(block: number, offset: number, length: number): Buffer {
  const entry = header('CE', CE_LENGTH);
  putBoth32(entry, 4, block);
  putBoth32(entry, 12, offset);
  putBoth32(entry, 20, length);
  return entry;
}

function header(signature: string, length: number): Buffer {
  const entry = Buffer.alloc(length);
  entry.write(signature, 0, 'latin1');
  entry[2] = length;
  entry[3] = 1;
  return entry;
}

/** SP: the protocol is in use, with nothing to skip. */
function sharingProtocol(): Buffer {
  const entry = header('SP', 7);
  entry[4] = 0xbe;
  entry[5] = 0xef;
  return entry;
}

/** ER: names the extension. */
function extensionReference(): Buffer {
  const id = 'RRIP_1991A';
  const description = 'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS';
  const source = 'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.';
  const entry = header('ER', 8 + id.length + description.length + source.length);
  entry[4] = id.length;
  entry[5] = description.length;
  entry[6] = source.length;
  entry[7] = 1;
  entry.write(id + description + source, 8, 'latin1');
  return entry;
}

/** PX: mode, links, owner, group. */
function posixAttributes(node: TreeNode): Buffer {
  const entry = header('PX', 36);
  const subdirectories = node.kind === 'directory' ? [...node.children.values()].filter((c) => c.kind === 'directory').length : 0;
  putBoth32(entry, 4, node.kind === 'directory' ? 0o040555 : 0o100444);
  putBoth32(entry, 12, node.kind === 'directory' ? 2 + subdirectories : 1);
  return entry;
}

/** TF: modification, access and attribute times in short form. */
function timestamps(date: Date): Buffer {
  const entry = header('TF', 26);
  entry[4] = 0x0e;
  for (const offset of [5, 12, 19]) recordDate(date).copy(entry, offset);
  return entry;
}

/** NM: the true name, in pieces of at most 250 bytes. */
function alternateName(name: string): Buffer {
  const bytes = Buffer.from(name);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 250) {
    const piece = bytes.subarray(at, at + 250);
    const entry = header('NM', 5 + piece.length);
    entry[4] = at + 250 < bytes.length ? 1 : 0;
    piece.copy(entry, 5);
    pieces.push(entry);
  }
  return Buffer.concat(pieces);
}

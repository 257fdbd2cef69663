import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const BLOCK = 512;

/** Packs files into a gzip-compressed tar archive (POSIX ustar). Names may have up to 100 bytes. */
export async function tarGz(files: ReadonlyMap<string, Uint8Array>, now: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (const [name, content] of files) {
    parts.push(header(name, content.length, now), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return promisify(gzip)(Buffer.concat(parts));
}

function header(name: string, size: number, now: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`tar: the name "${name}" is longer than 100 bytes`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(now / 1000), 12), 136);
  // The checksum is taken with its own field full of spaces.
  block.fill(' ', 148, 156);
  block.write('0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

/** Number, text and date forms of ECMA-119 chapters 7 and 8. */

/** Size of a logical sector and logical block. */
export const SECTOR = 2048;

export function sectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR);
}

/** 16 bit in both byte orders (7.2.3). */
export function putBoth16(buffer: Buffer, offset: number, value: number): void {
  buffer.writeUInt16LE(value, offset);
  buffer.writeUInt16BE(value, offset + 2);
}

/** 32 bit in both byte orders (7.3.3). */
export function putBoth32(buffer: Buffer, offset: number, value: number): void {
  buffer.writeUInt32LE(value, offset);
  buffer.writeUInt32BE(value, offset + 4);
}

/** Latin text padded with blanks; what does not fit is cut off. */
export function putText(buffer: Buffer, offset: number, length: number, text: string): void {
  buffer.fill(0x20, offset, offset + length);
  buffer.write(text.slice(0, length), offset, length, 'latin1');
}

/** UCS-2 big-endian text padded with blanks (Joliet). */
export function putWideText(buffer: Buffer, offset: number, length: number, text: string): void {
  for (let at = offset; at + 1 < offset + length; at += 2) buffer.writeUInt16BE(0x20, at);
  wide(text.slice(0, Math.floor(length / 2))).copy(buffer, offset);
}

/** UCS-2 big-endian bytes of a text. */
export function wide(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Seven-byte date of a directory record (9.1.5), UTC. */
export function recordDate(date: Date): Buffer {
  return Buffer.from([
    date.getUTCFullYear() - 1900,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0,
  ]);
}

/** Seventeen-byte date of a volume descriptor (8.4.26.1), UTC; null is "not specified". */
export function volumeDate(date: Date | null): Buffer {
  const digits = date === null ? '0'.repeat(16) : `${date.toISOString().replace(/\D/g, '').slice(0, 14)}00`;
  return Buffer.concat([Buffer.from(digits, 'latin1'), Buffer.from([0])]);
}

/** Random access to bytes: a file, a block device, a web resource with ranges, or memory. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** Reads exactly `length` bytes. @throws when the range ends beyond `size`. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Bytes in memory as a source. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > buffer.length)
        throw new RangeError(`bytes ${offset}+${length} lie outside of ${buffer.length} bytes`);
      return buffer.subarray(offset, offset + length);
    },
  };
}

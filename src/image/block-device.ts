/**
 * A disk or image that can be read and written at byte offsets. The simulated rack backs it by a sparse file, the Linux agent by a
 * device node.
 */
export interface BlockDevice {
  /** Bytes. */
  readonly size: number;
  /** Logical sector size in bytes: 512 or 4096. */
  readonly sectorSize: number;
  /** Reads exactly `length` bytes. @throws when the range is outside of the device. */
  read(offset: number, length: number): Promise<Buffer>;
  /** Writes all of `data`. @throws when the range is outside of the device or the device fails. */
  write(offset: number, data: Uint8Array): Promise<void>;
  /** Makes the range read as zeros, without allocating where the device can. */
  zero(offset: number, length: number): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

import type { BlockDevice } from '../image/block-device.ts';

/** Bytes at the start of a disk that decide whether it boots: partition tables and the first boot code. */
export const HEAD_BYTES = 1024 * 1024;
/** Bytes at the end that hold the backup table. */
const TAIL_BYTES = 1024 * 1024;

export interface HeldBackDevice {
  /** Behaves like the disk, but what is written to the first MiB stays in memory. */
  readonly device: BlockDevice;
  /** Writes the first MiB: from here on the disk carries the image. */
  commit(): Promise<void>;
}

/**
 * Lets an image be written so that a disk never boots half of it: the tables at both ends are erased at once, the new start is kept in
 * memory until `commit`, and the rest is written as it comes. A power cut, a crash or a wrong checksum at any moment leaves a disk
 * without a partition table.
 */
export async function holdBackStart(disk: BlockDevice): Promise<HeldBackDevice> {
  await wipeEnds(disk);
  await disk.flush();
  const head = Buffer.alloc(Math.min(HEAD_BYTES, disk.size));

  /** Bytes of a range that lie in the head. */
  const inHead = (offset: number, length: number): number => Math.max(0, Math.min(length, head.length - offset));
  const device: BlockDevice = {
    size: disk.size,
    sectorSize: disk.sectorSize,
    async read(offset, length) {
      const held = inHead(offset, length);
      const kept = head.subarray(offset, offset + held);
      return held === length ? Buffer.from(kept) : Buffer.concat([kept, await disk.read(offset + held, length - held)]);
    },
    async write(offset, data) {
      const held = inHead(offset, data.length);
      if (held > 0) head.set(data.subarray(0, held), offset);
      if (held < data.length) await disk.write(offset + held, data.subarray(held));
    },
    async zero(offset, length) {
      const held = inHead(offset, length);
      if (held > 0) head.fill(0, offset, offset + held);
      if (held < length) await disk.zero(offset + held, length - held);
    },
    flush: () => disk.flush(),
    close: () => disk.close(),
  };
  return {
    device,
    async commit() {
      await disk.flush();
      await disk.write(0, head);
      await disk.flush();
    },
  };
}

/** Makes a disk unbootable: zeros over both ends, where partition tables are. */
export async function wipeEnds(device: BlockDevice): Promise<void> {
  await device.zero(0, Math.min(HEAD_BYTES, device.size));
  const tail = Math.min(TAIL_BYTES, device.size);
  await device.zero(device.size - tail, tail);
}

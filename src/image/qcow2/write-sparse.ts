import type { BlockDevice } from '../block-device.ts';

/** Runs of zeros this long inside of data are left out of the disk. */
const ZERO_RUN = 64 << 10;
const ZEROS = Buffer.alloc(ZERO_RUN);

/** Writes data, leaving runs of zeros to the device's own way of zeroing. */
export async function writeSparse(device: BlockDevice, offset: number, data: Uint8Array): Promise<void> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const isZero = (from: number): boolean =>
    bytes.subarray(from, from + ZERO_RUN).equals(ZEROS.subarray(0, Math.min(ZERO_RUN, bytes.length - from)));
  for (let from = 0; from < bytes.length; ) {
    const zero = isZero(from);
    let to = from + ZERO_RUN;
    while (to < bytes.length && isZero(to) === zero) to += ZERO_RUN;
    to = Math.min(to, bytes.length);
    if (zero) await device.zero(offset + from, to - from);
    else await device.write(offset + from, bytes.subarray(from, to));
    from = to;
  }
}

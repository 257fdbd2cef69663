import type { BlockDevice } from '../image/block-device.ts';
import { AgentError } from './agent-error.ts';

/** Bytes written at once. */
const PIECE = 1024 * 1024;
const ZEROS = Buffer.alloc(PIECE);

/** Writes a stream to a device from its start, in pieces of 1 MiB; pieces of zeros are made to read as zeros instead of being written. */
export class ImageAppender {
  readonly #device: BlockDevice;
  #written = 0;
  #parts: Buffer[] = [];
  #pending = 0;

  constructor(device: BlockDevice) {
    this.#device = device;
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#written + this.#pending;
  }

  /** Takes the next bytes. @throws AgentError ImageWriteError when the disk is full. */
  async append(data: Buffer): Promise<void> {
    if (this.position + data.length > this.#device.size)
      throw new AgentError('ImageWriteError', `the image is larger than the disk of ${this.#device.size} bytes`);
    let rest = data;
    while (rest.length > 0) {
      const part = rest.subarray(0, PIECE - this.#pending);
      this.#parts.push(part);
      this.#pending += part.length;
      rest = rest.subarray(part.length);
      if (this.#pending === PIECE) await this.finish();
    }
  }

  /** Writes what is pending; an image need not end with a whole sector, so the last one is filled up. */
  async finish(): Promise<void> {
    if (this.#pending === 0) return;
    const piece = Buffer.concat(this.#parts, this.#pending);
    const offset = this.#written;
    this.#written += piece.length;
    this.#parts = [];
    this.#pending = 0;
    // Most data shows in its first byte that it is not zero.
    if (piece[0] === 0 && piece.equals(ZEROS.subarray(0, piece.length)))
      await this.#device.zero(offset, wholeSectors(piece.length, this.#device));
    else await this.#device.write(offset, filledUp(piece, this.#device));
  }
}

function wholeSectors(length: number, device: BlockDevice): number {
  return Math.ceil(length / device.sectorSize) * device.sectorSize;
}

function filledUp(piece: Buffer, device: BlockDevice): Buffer {
  const size = wholeSectors(piece.length, device);
  return size === piece.length ? piece : Buffer.concat([piece], size);
}

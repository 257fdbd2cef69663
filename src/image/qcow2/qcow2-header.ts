import { WroughtError } from '../../model/errors.ts';

/** The header of a QCOW2 image, versions 2 and 3 (docs/interop/qcow2.rst of QEMU). */
export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterSize: number;
  /** Bytes of the disk inside. */
  readonly virtualSize: number;
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly compression: 'zlib' | 'zstd';
  /** L2 entries of 16 bytes, with a bitmap of 32 subclusters each. */
  readonly extendedL2: boolean;
}

export const QCOW2_MAGIC = Buffer.from('QFI\xfb', 'latin1');
/** Bytes of the file that the parser wants to see, as far as the file has them. */
export const QCOW2_HEADER_BYTES = 112;
/** QEMU's own limit for the first-level table. */
const MAX_L1_BYTES = 32 << 20;
/** Incompatible feature bits. */
const FEATURE = { dirty: 0, corrupt: 1, externalData: 2, compressionType: 3, extendedL2: 4 };

/**
 * Parses the header and refuses whatever could make a reader look into other files, or that this reader does not know.
 *
 * @param bytes the first bytes of the file.
 * @throws IMAGE_REFUSED with the reason.
 */
export function parseQcow2Header(bytes: Buffer): Qcow2Header {
  if (bytes.length < 72 || !bytes.subarray(0, 4).equals(QCOW2_MAGIC)) refuse('it has no QCOW2 header');
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) refuse(`its version is ${version}, and only 2 and 3 are known`);
  if (version === 3 && bytes.length < 104) refuse('its header is cut off');
  if (bytes.readBigUInt64BE(8) !== 0n || bytes.readUInt32BE(16) !== 0) refuse('it has a backing file');
  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) refuse(`its clusters have 2^${clusterBits} bytes, and 2^9 to 2^21 are possible`);
  const clusterSize = 2 ** clusterBits;
  if (bytes.readUInt32BE(32) !== 0) refuse('it is encrypted');
  const features = version === 3 ? bytes.readBigUInt64BE(72) : 0n;
  const has = (bit: number): boolean => ((features >> BigInt(bit)) & 1n) === 1n;
  if (has(FEATURE.externalData)) refuse('it keeps its data in another file');
  if (has(FEATURE.corrupt)) refuse('it is marked as corrupt');
  const unknown = features & ~0b11111n;
  if (unknown !== 0n) refuse(`it uses unknown incompatible features (bits 0x${unknown.toString(16)})`);
  const compression = compressionOf(bytes, version, has(FEATURE.compressionType));
  const extendedL2 = has(FEATURE.extendedL2);
  if (extendedL2 && clusterBits < 14) refuse('its clusters are too small for subclusters');

  const virtualSize = Number(bytes.readBigUInt64BE(24));
  const l1Entries = bytes.readUInt32BE(36);
  const l1Offset = Number(bytes.readBigUInt64BE(40));
  if (!Number.isSafeInteger(virtualSize) || virtualSize % 512 !== 0) refuse(`its disk size of ${virtualSize} bytes is impossible`);
  const perL1 = clusterSize * (clusterSize / (extendedL2 ? 16 : 8));
  const needed = Math.ceil(virtualSize / perL1);
  if (l1Entries * 8 > MAX_L1_BYTES) refuse(`its first-level table of ${l1Entries} entries is too large`);
  if (l1Entries < needed) refuse(`its first-level table has ${l1Entries} entries, but its disk needs ${needed}`);
  if (needed > 0 && (!Number.isSafeInteger(l1Offset) || l1Offset % clusterSize !== 0 || l1Offset === 0))
    refuse(`its first-level table stands at byte ${l1Offset}`);
  return { version, clusterSize, virtualSize, l1Entries: needed, l1Offset, compression, extendedL2 };
}

function compressionOf(bytes: Buffer, version: number, flagged: boolean): 'zlib' | 'zstd' {
  const headerLength = version === 3 ? bytes.readUInt32BE(100) : 72;
  if (version === 3 && (headerLength < 104 || headerLength % 8 !== 0)) refuse(`its header states a length of ${headerLength} bytes`);
  const type = headerLength > 104 && bytes.length > 104 ? (bytes[104] ?? 0) : 0;
  if (flagged !== (type !== 0)) refuse('its compression type and its feature bits contradict each other');
  if (type > 1) refuse(`its compression type ${type} is unknown`);
  return type === 1 ? 'zstd' : 'zlib';
}

function refuse(reason: string): never {
  throw new WroughtError('IMAGE_REFUSED', `QCOW2 image: ${reason}`);
}

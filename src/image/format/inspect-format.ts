import { messageOf, WroughtError } from '../../model/errors.ts';
import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import { openQcow2 } from '../qcow2/open-qcow2.ts';
import { QCOW2_MAGIC } from '../qcow2/qcow2-header.ts';
import { partitionTableProblem } from './partition-table-problem.ts';
import { vmdkFacts } from './vmdk-facts.ts';

/** Formats told apart, by the peer's names; `gpt` is any disk with a partition table, MBR included. */
export type DetectedFormat = 'raw' | 'gpt' | 'qcow2' | 'qed' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi' | 'iso' | 'luks';

export interface FormatReport {
  readonly format: DetectedFormat;
  /** Bytes of the disk inside; null where the format does not say it in a place that is read. */
  readonly virtualSize: number | null;
}

type Check = (source: ByteSource, head: Buffer) => Promise<number | null> | number | null;

interface Signature {
  readonly format: DetectedFormat;
  matches(head: Buffer, tail: Buffer): boolean;
  /** Safety rules. Answers the virtual size. @throws an error with the reason when the image is unsafe. */
  readonly check: Check;
}

/** Bytes from the start that all signatures need: ISO 9660 begins at 32 KiB. */
const HEAD = 36 << 10;
const starts = (text: string): Signature['matches'] => {
  const magic = Buffer.from(text, 'latin1');
  return (head) => head.subarray(0, magic.length).equals(magic);
};
const wholeFile: Check = (source) => source.size;

const SIGNATURES: readonly Signature[] = [
  { format: 'qcow2', matches: (head) => head.subarray(0, 4).equals(QCOW2_MAGIC), check: async (source) => (await openQcow2(source)).size },
  { format: 'qed', matches: starts('QED\0'), check: () => refuse('the format QED is never safe') },
  { format: 'vmdk', matches: (head) => /^(KDMV|# Disk DescriptorFile)/.test(head.toString('latin1', 0, 32)), check: vmdkFacts },
  { format: 'vhd', matches: (head, tail) => starts('conectix')(head, tail) || isVhdFooter(tail), check: vhdSize },
  { format: 'vhdx', matches: starts('vhdxfile'), check: () => null },
  { format: 'vdi', matches: (head) => head.length >= 392 && head.readUInt32LE(64) === 0xbeda107f, check: (_, head) => number64(head, 368) },
  { format: 'luks', matches: starts('LUKS\xba\xbe'), check: luksSize },
  { format: 'iso', matches: (head) => /^(CD001|NSR02|NSR03)$/.test(head.toString('latin1', 0x8001, 0x8006)), check: wholeFile },
  { format: 'gpt', matches: hasBootSignature, check: tableCheck },
];

/**
 * Tells from its bytes alone what an image is, and whether it is safe to hand to a program: no backing or data files, no unknown
 * features, not two formats at once.
 *
 * @throws IMAGE_REFUSED with the reason.
 */
export async function inspectFormat(source: ByteSource): Promise<FormatReport> {
  const head = await source.read(0, Math.min(HEAD, source.size));
  const tail = await source.read(Math.max(0, source.size - 512), Math.min(512, source.size));
  let found = SIGNATURES.filter((signature) => signature.matches(head, tail));
  // Hybrid boot media carry a partition table for USB sticks: they stay ISO images.
  if (found.length === 2 && found.some((s) => s.format === 'iso') && found.some((s) => s.format === 'gpt'))
    found = found.filter((s) => s.format === 'iso');
  if (found.length > 1) {
    const names = found.map((s) => s.format).join(' and ');
    throw new WroughtError('IMAGE_REFUSED', `the image looks like ${names} at once, which only forged images do`);
  }
  const [match] = found;
  if (!match) return { format: 'raw', virtualSize: source.size };
  try {
    return { format: match.format, virtualSize: await match.check(source, head) };
  } catch (error) {
    if (error instanceof WroughtError) throw error;
    throw new WroughtError('IMAGE_REFUSED', `${match.format} image: ${messageOf(error)}`, { cause: error });
  }
}

/** What a deployer and the configuration allow. */
export interface FormatExpectation {
  /** `image_disk_format`; null when not said. */
  readonly declared: string | null;
  /** `[conductor]permitted_image_formats`. */
  readonly permitted: readonly string[];
}

/**
 * Inspects an image and compares it with what it is said to be. @throws IMAGE_REFUSED for unsafe images, formats that are not permitted,
 * and images declared as something else than they are.
 */
export async function checkImageFormat(source: ByteSource, expected: FormatExpectation): Promise<FormatReport> {
  const report = await inspectFormat(source);
  const same = (a: string, b: string): boolean => a === b || (isRaw(a) && isRaw(b));
  if (!expected.permitted.some((format) => same(format.toLowerCase(), report.format)))
    throw new WroughtError(
      'IMAGE_REFUSED',
      `the image is ${report.format}, but [conductor]permitted_image_formats allows only ${expected.permitted.join(', ')}`,
    );
  const declared = expected.declared?.toLowerCase() ?? null;
  if (declared !== null && declared !== 'unknown' && !same(declared, report.format))
    throw new WroughtError('IMAGE_REFUSED', `the image is declared as ${expected.declared}, but its content is ${report.format}`);
  return report;
}

/** A raw image may or may not begin with a partition table. */
export function isRaw(format: string): boolean {
  return format === 'raw' || format === 'gpt';
}

function hasBootSignature(head: Buffer): boolean {
  if (head.length < 512 || head.readUInt16BE(510) !== 0x55aa) return false;
  // A FAT boot sector: two tables and the media byte of a fixed disk.
  return !(head[0x10] === 2 && head[0x15] === 0xf8);
}

function tableCheck(source: ByteSource, head: Buffer): number {
  const problem = partitionTableProblem(head);
  if (problem !== null) refuse(`its partition table is not valid: ${problem}`);
  return source.size;
}

/** A fixed VHD is a raw disk with a footer. */
function isVhdFooter(tail: Buffer): boolean {
  return tail.length === 512 && tail.toString('latin1', 0, 8) === 'conectix' && tail.readUInt32BE(12) === 0x10000;
}

async function vhdSize(source: ByteSource, head: Buffer): Promise<number> {
  const footer = head.toString('latin1', 0, 8) === 'conectix' ? head : await source.read(source.size - 512, 512);
  const size = Number(footer.readBigUInt64BE(48));
  return Number.isSafeInteger(size) ? size : refuse('it states an impossible size');
}

function luksSize(source: ByteSource, head: Buffer): number {
  const version = head.readUInt16BE(6);
  if (version !== 1) refuse(`it is LUKS version ${version}, and only version 1 is accepted`);
  return Math.max(0, source.size - head.readUInt32BE(104) * 512);
}

function number64(head: Buffer, at: number): number {
  const value = Number(head.readBigUInt64LE(at));
  return Number.isSafeInteger(value) ? value : refuse('it states an impossible size');
}

function refuse(reason: string): never {
  throw new Error(reason);
}

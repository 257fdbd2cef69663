import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGpt } from '../../image/create-gpt.ts';
import { openFileDevice } from '../../image/file-device.ts';
import { openQcow2 } from '../../image/qcow2/open-qcow2.ts';
import { openFileBytes } from '../../image/readable-bytes.ts';
import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import { CommandFailure } from '../cli-error.ts';

/** The image that a demonstration puts on every machine. */
export interface DemoImage {
  /** File name under which it is published. */
  readonly name: string;
  readonly sha256: string;
  readonly diskFormat: 'raw' | 'qcow2';
  /** The disk inside, for comparison with what was written. */
  readonly disk: ByteSource;
  close(): Promise<void>;
}

const MIB = 1 << 20;
const EFI_SYSTEM = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
const LINUX_ROOT_X86_64 = '4f68bce3-e8cd-4db1-96e7-fbcaf984b709';
const SECTOR = 512;

/**
 * Makes a small whole-disk image in `directory`: a GUID partition table with an EFI system partition and a root partition, both filled
 * with bytes that differ everywhere, so that a block in the wrong place shows.
 */
export async function makeDemoImage(directory: string): Promise<DemoImage> {
  const path = join(directory, 'demo.raw');
  const size = 24 * MIB;
  const device = await openFileDevice(path, { size });
  try {
    const part = (typeGuid: string, name: string, firstMib: number, endMib: number) => ({
      typeGuid,
      name,
      firstLba: (firstMib * MIB) / SECTOR,
      lastLba: (endMib * MIB) / SECTOR - 1,
    });
    await createGpt(device, [part(EFI_SYSTEM, 'EFI system', 1, 5), part(LINUX_ROOT_X86_64, 'root', 5, 20)]);
    for (let mib = 1; mib < 20; mib++) await device.write(mib * MIB, pattern(mib));
    await device.flush();
  } finally {
    await device.close();
  }
  return openDemoImage(path, directory);
}

/** A mebibyte of which no two blocks are alike. */
function pattern(mib: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block < MIB / 4096; block++)
    blocks.push(Buffer.alloc(4096, createHash('sha256').update(`wrought demo image, MiB ${mib}, block ${block}\n`).digest()));
  return Buffer.concat(blocks);
}

/** Publishes an image file of the user in `directory`. Throws CommandFailure when it cannot be read. */
export async function takeImage(path: string, directory: string): Promise<DemoImage> {
  const copy = join(directory, basename(path));
  try {
    await copyFile(path, copy);
  } catch (error) {
    throw new CommandFailure(`the image ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return openDemoImage(copy, directory);
}

/** Downloads an image into `directory`, so that what was written can be compared with it. Throws CommandFailure. */
export async function downloadImage(url: string, directory: string, signal: AbortSignal): Promise<DemoImage> {
  const { request } = await import('undici');
  const name = basename(new URL(url).pathname) || 'image';
  const target = await open(join(directory, name), 'w');
  try {
    const answer = await request(url, { signal });
    if (answer.statusCode !== 200) throw new CommandFailure(`the image ${url} cannot be fetched: status ${answer.statusCode}`);
    for await (const chunk of answer.body) await target.write(chunk);
  } finally {
    await target.close();
  }
  return openDemoImage(join(directory, name), directory);
}

async function openDemoImage(path: string, directory: string): Promise<DemoImage> {
  const bytes = await openFileBytes(path);
  const magic = bytes.size >= 4 ? await bytes.read(0, 4) : Buffer.alloc(0);
  const isQcow2 = magic.equals(Buffer.from('QFI\xfb', 'latin1'));
  return {
    name: path.slice(directory.length + 1),
    sha256: await sha256Of(path),
    diskFormat: isQcow2 ? 'qcow2' : 'raw',
    disk: isQcow2 ? await openQcow2(bytes) : bytes,
    close: () => bytes.close(),
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

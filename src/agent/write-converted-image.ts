import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checksum } from '../image/checksum/parse-checksum.ts';
import { checkImageFormat, isRaw } from '../image/format/inspect-format.ts';
import { convertQcow2ToDevice } from '../image/qcow2/convert-qcow2.ts';
import { type FileBytes, openFileBytes } from '../image/readable-bytes.ts';
import { messageOf, WroughtError } from '../model/errors.ts';
import { AgentError } from './agent-error.ts';
import type { CommandRun } from './command-board.ts';
import { holdBackStart } from './held-back-device.ts';
import { ImageAppender } from './image-appender.ts';
import { type Download, withoutQuery } from './image-download.ts';
import { Verifier } from './verified-stream.ts';
import { type TargetDisk, tooSmall } from './write-raw-image.ts';

export interface ConversionSettings {
  /** Declared format; null: any permitted one. */
  readonly declared: string | null;
  readonly permitted: readonly string[];
  readonly tempDir: string;
  /** Bytes. */
  readonly tempLimit: number;
}

/** Bytes read at once from a raw image in the temporary file. */
const PIECE = 1024 * 1024;

/**
 * Downloads an image to a temporary file, verifies its checksum, tells its format from its bytes, and only then writes the disk inside of
 * it. The disk is not touched before all of that has proved right; its first MiB comes last.
 *
 * @throws AgentError ImageChecksumError, InvalidImage, ImageWriteError, ImageDownloadOutofSpaceError.
 */
export async function writeConvertedImage(
  download: Download,
  target: TargetDisk,
  expected: Checksum,
  run: CommandRun,
  settings: ConversionSettings,
): Promise<void> {
  const path = join(settings.tempDir, `wrought-image-${randomUUID()}`);
  const subject = withoutQuery(download.url);
  try {
    const length = await fetchToFile(download, path, expected, run, settings.tempLimit);
    const source = await openFileBytes(path);
    try {
      const report = await inspect(source, subject, settings);
      const size = report.virtualSize ?? source.size;
      if (size > target.device.size) throw tooSmall(subject, size, target);
      const progress = (done: number, total: number): void =>
        run.progress(length + Math.round((done / Math.max(1, total)) * length), 2 * length);
      await convert(source, report.format, target, { progress, signal: run.signal });
    } finally {
      await source.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}

async function fetchToFile(download: Download, path: string, expected: Checksum, run: CommandRun, limit: number): Promise<number> {
  const subject = withoutQuery(download.url);
  const tooLarge = (bytes: number): AgentError =>
    new AgentError(
      'ImageDownloadOutofSpaceError',
      `the image from ${subject} has ${bytes} bytes or more; ${limit} are allowed for images that must be converted`,
    );
  if (download.length !== null && download.length > limit) throw tooLarge(download.length);
  const verifier = new Verifier(expected);
  const file = await open(path, 'wx', 0o600);
  let length = 0;
  try {
    for await (const chunk of download.body) {
      run.signal.throwIfAborted();
      length += chunk.length;
      if (length > limit) throw tooLarge(length);
      verifier.update(chunk);
      await writeAll(file, chunk, path);
      // The second half of the way is the conversion.
      run.progress(length, download.length === null ? 0 : 2 * download.length);
    }
  } finally {
    await file.close();
  }
  verifier.check(subject, length);
  return length;
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer, path: string): Promise<void> {
  try {
    await file.appendFile(chunk);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new AgentError('ImageDownloadOutofSpaceError', `no space left for the image in ${path}`, { cause: error });
    throw error;
  }
}

async function inspect(source: FileBytes, subject: string, settings: ConversionSettings): ReturnType<typeof checkImageFormat> {
  try {
    const report = await checkImageFormat(source, settings);
    if (report.format !== 'qcow2' && !isRaw(report.format))
      throw new WroughtError('IMAGE_REFUSED', `this agent writes raw and qcow2 images, not ${report.format}; convert it first`);
    return report;
  } catch (error) {
    throw new AgentError('InvalidImage', `the image from ${subject}: ${messageOf(error)}`, { cause: error });
  }
}

async function convert(
  source: FileBytes,
  format: string,
  target: TargetDisk,
  options: { progress: (done: number, total: number) => void; signal: AbortSignal },
): Promise<void> {
  const held = await holdBackStart(target.device);
  if (format === 'qcow2') await convertQcow2ToDevice(source, held.device, options);
  else {
    const writer = new ImageAppender(held.device);
    for (let offset = 0; offset < source.size; offset += PIECE) {
      options.signal.throwIfAborted();
      await writer.append(await source.read(offset, Math.min(PIECE, source.size - offset)));
      options.progress(writer.position, source.size);
    }
    await writer.finish();
  }
  await held.commit();
}

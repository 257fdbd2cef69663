import type { BlockDevice } from '../image/block-device.ts';
import type { Checksum } from '../image/checksum/parse-checksum.ts';
import { AgentError } from './agent-error.ts';
import type { CommandRun } from './command-board.ts';
import { holdBackStart } from './held-back-device.ts';
import { ImageAppender } from './image-appender.ts';
import { type Download, withoutQuery } from './image-download.ts';
import { Verifier } from './verified-stream.ts';

/** A disk that is to get an image. */
export interface TargetDisk {
  readonly name: string;
  readonly device: BlockDevice;
}

/**
 * Streams a raw image straight to the disk, hashing on the way. The first MiB is written last, once the checksum has proved right; until
 * then the disk holds no partition table.
 *
 * @throws AgentError ImageWriteError (too large, disk error), ImageChecksumError, InvalidImage (it is a qcow2 image).
 */
export async function writeRawImage(download: Download, target: TargetDisk, expected: Checksum, run: CommandRun): Promise<void> {
  const { device } = target;
  const subject = withoutQuery(download.url);
  if (download.length !== null && download.length > device.size) throw tooSmall(subject, download.length, target);
  const verifier = new Verifier(expected);
  const held = await holdBackStart(device);
  const writer = new ImageAppender(held.device);
  for await (const chunk of download.body) {
    run.signal.throwIfAborted();
    if (writer.position === 0 && chunk.subarray(0, 4).equals(QCOW2_MAGIC))
      throw new AgentError('InvalidImage', `the image from ${subject} is declared raw, but is a qcow2 image`);
    if (writer.position + chunk.length > device.size) throw tooSmall(subject, writer.position + chunk.length, target);
    verifier.update(chunk);
    await writer.append(chunk);
    run.progress(writer.position, download.length ?? 0);
  }
  await writer.finish();
  verifier.check(subject, writer.position);
  await held.commit();
}

const QCOW2_MAGIC = Buffer.from('QFI\xfb', 'latin1');

/** The error for an image that does not fit, naming both sizes. */
export function tooSmall(subject: string, bytes: number, target: TargetDisk): AgentError {
  return new AgentError(
    'ImageWriteError',
    `the image from ${subject} needs ${bytes} bytes or more, but the disk ${target.name} has ${target.device.size} bytes`,
  );
}

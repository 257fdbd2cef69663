import { tmpdir } from 'node:os';
import type { Logger } from '../config/logger.ts';
import type { BlockDevice } from '../image/block-device.ts';
import type { Checksum } from '../image/checksum/parse-checksum.ts';
import { decodeConfigDrive } from '../image/config-drive.ts';
import { readGpt, repairGpt } from '../image/gpt.ts';
import { diskIdentifier, readMbr } from '../image/mbr.ts';
import { writeConfigDrive } from '../image/write-config-drive.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf, WroughtError } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { AgentError } from './agent-error.ts';
import type { CommandRun } from './command-board.ts';
import type { DiskInfo, HardwareManager } from './hardware-manager.ts';
import { wipeEnds } from './held-back-device.ts';
import { type DownloadSettings, downloadSmall, withDownload, withoutQuery } from './image-download.ts';
import { type ImageInfo, parseImageInfo } from './image-info.ts';
import type { KnownNode, LookupAnswer } from './lookup-answer.ts';
import { resolveChecksum } from './resolve-checksum.ts';
import { chooseRootDevice } from './root-device.ts';

import { writeConvertedImage } from './write-converted-image.ts';
import { writeRawImage } from './write-raw-image.ts';

/** Writes images to the machine's root disk and remembers what it wrote. */
export interface ImageWriter {
  /** @throws AgentError InvalidCommandParamsError when the description of the image is unusable. */
  check(imageInfo: Json | undefined): void;
  /**
   * Writes image and config drive. Answers the sentence for the command's result. Whatever goes wrong after the first byte, the disk is
   * left without a partition table. @throws AgentError.
   */
  write(imageInfo: Json | undefined, configdrive: Json | undefined, node: KnownNode, run: CommandRun): Promise<string>;
  /** What `standby.get_partition_uuids` answers: empty before the first write. */
  partitionUuids(): JsonObject;
}

export interface ImageWriterParts {
  readonly hardware: HardwareManager;
  readonly parameters: DownloadSettings;
  readonly lookup: Pick<LookupAnswer, 'md5Allowed' | 'permittedFormats' | 'skipFormatInspection'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tempDir?: string | undefined;
  readonly tempLimit?: number | undefined;
}

const DEFAULT_TEMP_LIMIT = 64 * 1024 ** 3;
const DEFAULT_FORMATS = ['raw', 'gpt', 'qcow2'];

export function createImageWriter(parts: ImageWriterParts): ImageWriter {
  const { hardware, parameters, lookup, clock, log } = parts;
  let uuids: JsonObject = {};
  const parse = (value: Json | undefined): ImageInfo => parseImageInfo(value, lookup.md5Allowed);

  return {
    check(imageInfo) {
      parse(imageInfo);
    },
    partitionUuids: () => uuids,
    async write(imageInfo, configdrive, node, run) {
      const image = parse(imageInfo);
      if (image.partitionImage)
        throw new AgentError('InvalidImage', `image ${image.id} is a partition image; this agent writes whole-disk images only`);
      const disk = chooseRootDevice(await hardware.disks(), node);
      const drive = await configDriveContent(configdrive ?? image.configdrive, run);
      const expected = await resolveChecksum(image, { settings: parameters, clock, log, signal: run.signal });
      log.info({ image: image.id, disk: disk.name, serial: disk.serial }, 'writing image');
      const started = clock.now();
      uuids = {};
      await hardware.discard?.(disk.name);
      const device = await hardware.openDisk(disk.name);
      try {
        const rootUuid = await writeAll(image, disk, device, drive, expected, run);
        uuids = { 'root uuid': rootUuid };
        log.info({ image: image.id, disk: disk.name, serial: disk.serial, ms: clock.now() - started }, 'image written');
        return `image (${image.id}) written to device ${disk.name} root_uuid=${rootUuid}`;
      } catch (error) {
        await makeUnbootable(disk, device);
        throw asAgentError(error);
      } finally {
        await device.close();
      }
    },
  };

  async function writeAll(
    image: ImageInfo,
    disk: DiskInfo,
    device: BlockDevice,
    drive: Buffer | null,
    expected: Checksum,
    run: CommandRun,
  ): Promise<string> {
    const target = { name: `${disk.name} (serial ${disk.serial})`, device };
    const received = hardware.received?.bind(hardware);
    await withDownload({ image, settings: parameters, clock, log, signal: run.signal, received }, async (download) => {
      if (image.diskFormat === 'raw' || image.diskFormat === 'gpt') return writeRawImage(download, target, expected, run);
      return writeConvertedImage(download, target, expected, run, {
        declared: image.diskFormat,
        permitted: lookup.permittedFormats ?? DEFAULT_FORMATS,
        tempDir: parts.tempDir ?? tmpdir(),
        tempLimit: parts.tempLimit ?? DEFAULT_TEMP_LIMIT,
      });
    });
    await repairGpt(device);
    await checkPartitions(device, image);
    if (drive !== null) await writeConfigDrive(device, drive);
    const rootUuid = await diskIdentifier(device);
    await device.flush();
    return rootUuid;
  }

  async function configDriveContent(value: Json | undefined, run: CommandRun): Promise<Buffer | null> {
    if (value === null || value === undefined || value === '') return null;
    if (typeof value !== 'string') throw new AgentError('InvalidCommandParamsError', 'configdrive must be base64 text or a URL');
    try {
      return await decodeConfigDrive(value, (url, maxBytes) => {
        if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
          throw new AgentError('InvalidCommandParamsError', 'configdrive: its URL is not an http(s) URL');
        const source = { urls: [url], authorization: null, proxies: {}, noProxy: [] };
        return downloadSmall({ image: source, settings: parameters, clock, log, signal: run.signal }, maxBytes);
      });
    } catch (error) {
      run.signal.throwIfAborted();
      if (error instanceof AgentError) throw error;
      throw new AgentError('DeploymentError', messageOf(error), { cause: error });
    }
  }

  /** The disk must not boot what was not written whole. */
  async function makeUnbootable(disk: DiskInfo, device: BlockDevice): Promise<void> {
    try {
      await wipeEnds(device);
      await device.flush();
    } catch (error) {
      log.error(
        { disk: disk.name, serial: disk.serial, error: messageOf(error) },
        'could not erase the partition table of a half-written disk',
      );
    }
  }
}

/** An image without any partition would not boot; better said now than found out at the console. */
async function checkPartitions(device: BlockDevice, image: ImageInfo): Promise<void> {
  const partitions = (await readGpt(device))?.partitions ?? (await readMbr(device)) ?? [];
  if (partitions.length === 0)
    throw new AgentError(
      'DeploymentError',
      `image ${image.id} from ${withoutQuery(image.urls[0] ?? '')} has no partition table with partitions in it`,
    );
}

function asAgentError(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const type = error instanceof WroughtError && error.code === 'IMAGE_REFUSED' ? 'InvalidImage' : 'ImageWriteError';
  return new AgentError(type, messageOf(error), { cause: error });
}

import { HintError, parseRootDeviceHints } from '../../agent/root-device-hints.ts';
import type { Config } from '../../config/config.ts';
import type { ImageService } from '../../image/image-service.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { Task } from '../driver.ts';
import { downloadSource, imageReference, isPartitionImage } from './direct-image.ts';

/**
 * Checks what a direct deployment needs of the node. Reads no image; asks the image service whether the reference is usable.
 *
 * @throws INVALID_PARAMETER, IMAGE_REFUSED, IMAGE_DOWNLOAD_FAILED.
 */
export async function validateDirect(task: Task, parts: { config: Config; images: ImageService }): Promise<void> {
  const { node } = task;
  await task.driver.boot.validate(task);
  checkHints(node);
  // Boot from volume: there is no image to look at.
  if (!task.driver.storage.shouldWriteImage(task)) return;
  checkSource(node);
  const image = imageReference(node);
  checkPresent(node, image.source);
  checkChecksums(node, image);
  checkDownloadSource(node, parts.config);
  checkProxies(node);
  if (isPartitionImage(node)) checkPartitionSizes(node);
  await parts.images.validate(image);
}

function checkSource(node: Node): void {
  const { image_source, boot_iso, image_type } = node.instance_info;
  if (image_source && boot_iso)
    throw refuse(node, 'An image_source and boot_iso are mutually exclusive options, and both are set in instance_info.');
  if (image_type !== undefined && image_type !== null && image_type !== 'partition' && image_type !== 'whole-disk')
    throw refuse(node, `Invalid value for instance_info.image_type: ${JSON.stringify(image_type)}; it must be partition or whole-disk.`);
}

/** The peer's sentence, which its clients look for. */
function checkPresent(node: Node, source: string): void {
  const missing = [
    ...(source === '' ? ['instance_info.image_source'] : []),
    ...(isPartitionImage(node) && (node.instance_info.root_gb ?? '') === '' ? ['instance_info.root_gb'] : []),
  ];
  if (missing.length > 0)
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Node ${node.uuid} failed to validate deploy image info. Some parameters were missing. Missing are: [${missing.map((each) => `'${each}'`).join(', ')}]`,
    );
}

function checkChecksums(node: Node, image: ReturnType<typeof imageReference>): void {
  if ((image.hashAlgo === null) !== (image.hashValue === null))
    throw refuse(node, 'instance_info.image_os_hash_algo and instance_info.image_os_hash_value must be given together.');
  if (/^https?:/i.test(image.source) && image.checksum === null && image.hashValue === null)
    throw refuse(
      node,
      "image_source's image_checksum, or image_os_hash_algo and image_os_hash_value, must be provided in instance_info: the image is never written unchecked.",
    );
}

function checkDownloadSource(node: Node, config: Config): void {
  const source = downloadSource(node, config);
  if (source === 'http' || source === 'local') return;
  if (source === 'swift')
    throw new WroughtError('NOT_BUILT', `Node ${node.uuid}: image_download_source swift is not built; use http or local.`);
  throw refuse(node, `Invalid value for image_download_source: "${source}"; it must be http or local.`);
}

function checkProxies(node: Node): void {
  for (const key of ['image_http_proxy', 'image_https_proxy'] as const) {
    const value = node.driver_info[key];
    if (value === undefined || value === null || value === '') continue;
    const scheme = typeof value === 'string' ? /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase() : 'none';
    if (typeof value !== 'string' || (scheme !== undefined && scheme !== 'http' && scheme !== 'https'))
      throw refuse(node, `driver_info.${key} must be an http or https URL.`);
  }
}

function checkPartitionSizes(node: Node): void {
  const info = node.instance_info;
  for (const key of ['root_gb', 'swap_mb', 'ephemeral_gb'] as const) {
    const value = info[key];
    if (value === undefined || value === null) continue;
    if (!/^\d+$/.test(String(value))) throw refuse(node, `Invalid parameter ${key}. Reason: "${String(value)}" is not an integer value.`);
  }
  if (
    info.preserve_ephemeral !== undefined &&
    typeof info.preserve_ephemeral !== 'boolean' &&
    !/^(true|false)$/i.test(String(info.preserve_ephemeral))
  )
    throw refuse(node, 'instance_info.preserve_ephemeral must be true or false.');
}

function checkHints(node: Node): void {
  for (const [where, hints] of [
    ['instance_info', node.instance_info.root_device],
    ['properties', node.properties.root_device],
  ] as const) {
    if (hints === undefined || hints === null) continue;
    try {
      parseRootDeviceHints(hints);
    } catch (error) {
      if (error instanceof HintError) throw refuse(node, `${where}.root_device: ${error.message}`);
      throw error;
    }
  }
}

function refuse(node: Node, message: string): WroughtError {
  return new WroughtError('INVALID_PARAMETER', `Node ${node.uuid} failed to validate deploy image info. ${message}`);
}

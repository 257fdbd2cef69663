import type { Config } from '../../config/config.ts';
import { buildConfigDrive, encodeConfigDrive } from '../../image/config-drive.ts';
import type { ImageReference, PreparedImage } from '../../image/image-service.ts';
import { WroughtError } from '../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { targetBootMode } from './agent-boot-mode.ts';

/** The image that `instance_info` names. Empty texts count as absent. */
export function imageReference(node: Node): ImageReference {
  const info = node.instance_info;
  return {
    source: text(info.image_source) ?? '',
    checksum: text(info.image_checksum),
    hashAlgo: text(info.image_os_hash_algo),
    hashValue: text(info.image_os_hash_value),
    diskFormat: text(info.image_disk_format),
  };
}

/** Does `instance_info` ask for a partition image? */
export function isPartitionImage(node: Node): boolean {
  const { image_type, kernel, ramdisk } = node.instance_info;
  if (typeof image_type === 'string') return image_type === 'partition';
  return kernel !== undefined && kernel !== null && ramdisk !== undefined && ramdisk !== null;
}

/** `image_download_source`: of the instance, else of the node, else `[agent]image_download_source`. */
export function downloadSource(node: Node, config: Config): string {
  return (
    text(node.instance_info.image_download_source) ??
    text(node.driver_info.image_download_source) ??
    config.string('agent', 'image_download_source')
  );
}

/** What is kept of a prepared image between steps, in `driver_internal_info.wrought_prepared_image`. */
export const PREPARED_IMAGE = 'wrought_prepared_image';

/** The stored form, without the URL: that stands in `instance_info.image_url`, which the API masks. */
export function storedImage(image: PreparedImage): JsonObject {
  return { hash_algo: image.hashAlgo, hash_value: image.hashValue, disk_format: image.diskFormat, virtual_size: image.virtualSize };
}

/** Reads it back. @throws DEPLOY_FAILURE when the image was not prepared. */
export function preparedImage(node: Node): PreparedImage {
  const stored = node.driver_internal_info[PREPARED_IMAGE];
  const url = node.instance_info.image_url;
  if (isJsonObject(stored) && typeof url === 'string') {
    const { hash_algo, hash_value, disk_format, virtual_size } = stored;
    if (typeof hash_algo === 'string' && typeof hash_value === 'string' && typeof disk_format === 'string')
      return {
        url,
        hashAlgo: hash_algo,
        hashValue: hash_value,
        diskFormat: disk_format,
        virtualSize: typeof virtual_size === 'number' ? virtual_size : null,
      };
  }
  throw new WroughtError('DEPLOY_FAILURE', `Node ${node.uuid}: the image has not been prepared (step deploy.deploy did not run)`);
}

/** Arguments of the in-band step write_image. */
export async function writeImageArgs(node: Node, config: Config): Promise<JsonObject> {
  const image = preparedImage(node);
  const configdrive = await configDriveText(node);
  const info: JsonObject = {
    id: node.instance_info.image_source === undefined ? 'image' : lastPart(String(node.instance_info.image_source)),
    urls: [image.url],
    disk_format: image.diskFormat,
    container_format: text(node.instance_info.image_container_format) ?? 'bare',
    stream_raw_images: config.boolean('agent', 'stream_raw_images'),
    os_hash_algo: image.hashAlgo,
    os_hash_value: image.hashValue,
    node_uuid: node.uuid,
    ...serverLogin(config),
    ...proxies(node),
    ...(isPartitionImage(node) ? partitionKeys(node) : {}),
    ...(configdrive === null ? {} : { configdrive }),
  };
  return { image_info: info, configdrive };
}

/** The config drive as the agent takes it: base64 of gzip, or a URL. */
async function configDriveText(node: Node): Promise<string | null> {
  const { configdrive } = node.instance_info;
  if (configdrive === undefined || configdrive === null || configdrive === '') return null;
  if (typeof configdrive === 'string') return configdrive;
  if (!isJsonObject(configdrive))
    throw new WroughtError('INVALID_PARAMETER', `Node ${node.uuid}: instance_info.configdrive is neither text nor object`);
  const { meta_data, network_data, user_data, vendor_data } = configdrive;
  return encodeConfigDrive(
    await buildConfigDrive(
      {
        ...(isJsonObject(meta_data) ? { meta_data } : {}),
        ...(isJsonObject(network_data) ? { network_data } : {}),
        ...(isJsonObject(vendor_data) ? { vendor_data } : {}),
        ...(user_data === undefined ? {} : { user_data }),
      },
      { uuid: node.uuid, name: node.name },
    ),
  );
}

function serverLogin(config: Config): JsonObject {
  if (config.string('deploy', 'image_server_auth_strategy') === 'noauth') return {};
  return {
    image_server_auth_strategy: config.string('deploy', 'image_server_auth_strategy'),
    image_server_user: config.optionalString('deploy', 'image_server_user'),
    image_server_password: config.optionalString('deploy', 'image_server_password'),
  };
}

function proxies(node: Node): JsonObject {
  const [http, https, none] = [node.driver_info.image_http_proxy, node.driver_info.image_https_proxy, node.driver_info.image_no_proxy].map(
    text,
  );
  const found: JsonObject = { ...(http ? { http } : {}), ...(https ? { https } : {}) };
  if (Object.keys(found).length === 0) return {};
  return { proxies: found, ...(none ? { no_proxy: none } : {}) };
}

/** All of these must be present for partition images, as the stock agent indexes them. */
function partitionKeys(node: Node): JsonObject {
  const info = node.instance_info;
  const number = (value: Json | undefined): number => Number(value ?? 0);
  const rootGb = number(info.root_gb);
  return {
    image_type: 'partition',
    root_gb: rootGb,
    root_mb: rootGb * 1024,
    swap_mb: number(info.swap_mb),
    ephemeral_mb: number(info.ephemeral_gb) * 1024,
    ephemeral_format: text(info.ephemeral_format),
    preserve_ephemeral: info.preserve_ephemeral === true,
    deploy_boot_mode: targetBootMode(node, null),
    boot_option: 'local',
  };
}

function lastPart(source: string): string {
  return source.replace(/\/+$/, '').split('/').at(-1)?.split('?')[0] || 'image';
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

import { buildConfigDrive, encodeConfigDrive } from '../../image/config-drive.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';

/**
 * What is stored as `instance_info.configdrive`: a text (URL, or base64 of a gzipped image) as it came, parts built into such a text.
 * Null when the client gave none. @throws INVALID_PARAMETER for parts that do not make a drive.
 */
export async function configDriveText(node: Node, given: string | JsonObject | undefined): Promise<string | null> {
  if (given === undefined || given === '') return null;
  if (typeof given === 'string') return given;
  return encodeConfigDrive(await buildConfigDrive(given, { uuid: node.uuid, name: node.name }));
}

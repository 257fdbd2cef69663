import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { invalid } from '../../http/error-replies.ts';

type Check = (value: Json) => boolean;

const oneOf =
  (...values: string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const natural =
  (min: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min;

/** What each key of a logical disk may hold. */
const DISK: Readonly<Record<string, Check>> = {
  size_gb: (value) => value === 'MAX' || natural(0)(value),
  raid_level: oneOf('JBOD', '0', '1', '2', '5', '6', '1+0', '5+0', '6+0'),
  volume_name: isText,
  is_root_volume: isFlag,
  share_physical_disks: isFlag,
  disk_type: oneOf('hdd', 'ssd'),
  interface_type: oneOf('sata', 'scsi', 'sas'),
  number_of_physical_disks: natural(1),
  controller: isText,
  physical_disks: (value) =>
    Array.isArray(value) && (value.every(isText) ? value.length > 0 : value.length >= 2 && value.every((item) => isJsonObject(item))),
};
const MANDATORY = ['size_gb', 'raid_level'];

/** The body of `PUT states/raid`: `{}` and null clear the target. @throws INVALID_PARAMETER. */
export function parseRaidConfig(body: Json): JsonObject {
  if (body === null) return {};
  if (!isJsonObject(body)) throw invalid('The RAID configuration must be an object');
  const keys = Object.keys(body);
  if (keys.length === 0) return {};
  const unknown = keys.find((key) => key !== 'logical_disks');
  if (unknown !== undefined) throw invalid(`The RAID configuration has the unknown key ${JSON.stringify(unknown.slice(0, 100))}`);
  const disks = body.logical_disks;
  if (!Array.isArray(disks) || disks.length === 0) throw invalid('logical_disks must be a list of one disk at least; {} clears the target');
  for (const [index, disk] of disks.entries()) checkDisk(disk, `logical_disks[${index}]`);
  const roots = disks.filter((disk) => isJsonObject(disk) && disk.is_root_volume === true).length;
  if (roots > 1) throw invalid(`${roots} logical disks are marked is_root_volume; one at most can be`);
  return body;
}

function checkDisk(disk: Json, where: string): void {
  if (!isJsonObject(disk)) throw invalid(`${where} must be an object`);
  for (const key of MANDATORY) if (disk[key] === undefined) throw invalid(`${where}.${key} is mandatory`);
  for (const [key, value] of Object.entries(disk)) {
    const check = Object.hasOwn(DISK, key) ? DISK[key] : undefined;
    if (!check) throw invalid(`${where} has the unknown key ${JSON.stringify(key.slice(0, 100))}`);
    if (value === undefined || !check(value)) throw invalid(`${where}.${key} does not take ${JSON.stringify(value)?.slice(0, 100)}`);
  }
}

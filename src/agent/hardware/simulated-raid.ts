import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { AgentError } from '../agent-error.ts';
import type { DiskInfo } from '../hardware-manager.ts';

/** RAID level to the smallest number of members. */
const LEVELS: Readonly<Record<string, number>> = { '0': 2, '1': 2, '1+0': 4, '5': 3, '6': 4 };
const GIB = 1024 ** 3;

/**
 * Checks a software RAID configuration by the stock agent's rules and answers it as it is then in force. The volumes are bookkeeping:
 * the simulated disks stay the plain ones.
 *
 * @throws AgentError SoftwareRAIDError with all that is wrong.
 */
export function checkRaidConfig(config: JsonObject, disks: readonly DiskInfo[]): JsonObject {
  const logical = Array.isArray(config.logical_disks) ? config.logical_disks : [];
  const problems: string[] = [];
  if (logical.length < 1 || logical.length > 2) problems.push(`there must be one or two logical disks, not ${logical.length}`);
  logical.forEach((each, index) => {
    problems.push(...problemsOf(each, index, disks));
  });
  const names = logical.flatMap((each) => (isJsonObject(each) && typeof each.volume_name === 'string' ? [each.volume_name] : []));
  if (new Set(names).size !== names.length) problems.push('volume names must be unique');
  if (logical.filter((each) => isJsonObject(each) && each.is_root_volume === true).length > 1)
    problems.push('only one volume can be the root volume');
  if (logical.filter((each) => isJsonObject(each) && each.size_gb === 'MAX').length > 1) problems.push('only one volume can have size MAX');
  if (problems.length > 0) throw new AgentError('SoftwareRAIDError', `the RAID configuration is not usable: ${problems.join('; ')}`);
  return { logical_disks: logical };
}

function problemsOf(volume: Json, index: number, disks: readonly DiskInfo[]): string[] {
  const name = `logical disk ${index + 1}`;
  if (!isJsonObject(volume)) return [`${name} is no object`];
  const problems: string[] = [];
  const level = String(volume.raid_level);
  if (volume.controller !== 'software') problems.push(`${name}: controller must be "software", not ${JSON.stringify(volume.controller)}`);
  const least = LEVELS[level];
  if (least === undefined || (index === 0 && level !== '1'))
    problems.push(`${name}: RAID level ${level} is not supported${index === 0 ? ' for the first, which must be 1' : ''}`);
  const members = Array.isArray(volume.physical_disks) ? volume.physical_disks.length : disks.length;
  if (least !== undefined && members < least) problems.push(`${name}: RAID level ${level} needs ${least} disks, there are ${members}`);
  if (volume.size_gb !== 'MAX') {
    const size = volume.size_gb;
    const room = Math.min(...disks.map((disk) => disk.size)) / GIB;
    if (typeof size !== 'number' || size <= 0) problems.push(`${name}: size_gb must be a number or "MAX"`);
    else if (size > room) problems.push(`${name}: ${size} GiB do not fit on disks of ${room.toFixed(1)} GiB`);
  }
  return problems;
}

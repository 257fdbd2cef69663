import { isJsonObject, type Json } from '../model/json.ts';
import { AgentError } from './agent-error.ts';
import type { DiskInfo } from './hardware-manager.ts';
import type { KnownNode } from './lookup-answer.ts';
import { HintError, parseRootDeviceHints } from './root-device-hints.ts';

/** Without hints only disks of at least this many bytes are taken. */
export const SMALLEST_ROOT_DISK = 4 * 1024 ** 3;

/**
 * The disk that an image is written to: the first that fits `instance_info.root_device`, else `properties.root_device`; without hints the
 * smallest of at least 4 GiB. Disks in `properties.skip_block_devices` are never taken.
 *
 * @throws AgentError DeviceNotFound, naming the wish and every disk with its serial; InvalidCommandParamsError for unusable hints.
 */
export function chooseRootDevice(disks: readonly DiskInfo[], node: KnownNode): DiskInfo {
  const candidates = withoutSkipped(disks, node.properties.skip_block_devices);
  const hints = hintsOf(node);
  if (hints === null) {
    const fitting = candidates.filter((disk) => disk.size >= SMALLEST_ROOT_DISK).sort((a, b) => a.size - b.size || compare(a.name, b.name));
    if (fitting[0] !== undefined) return fitting[0];
    throw new AgentError('DeviceNotFound', `no disk of at least 4 GiB to write to; found: ${describe(candidates)}`);
  }
  const parsed = readHints(hints);
  const found = candidates.find((disk) => parsed.every((hint) => hint.matches(disk)));
  if (found !== undefined) return found;
  throw new AgentError('DeviceNotFound', `no disk matches the root device hints ${JSON.stringify(hints)}; found: ${describe(candidates)}`);
}

/** The disks that may be touched: all but those of `properties.skip_block_devices`. @throws AgentError InvalidCommandParamsError. */
export function withoutSkipped(disks: readonly DiskInfo[], skip: Json | undefined): DiskInfo[] {
  if (!Array.isArray(skip)) return [...disks];
  // Entries that name RAID volumes are not about disks.
  const skipped = skip.filter((each) => !(isJsonObject(each) && 'volume_name' in each)).map((each) => readHints(each));
  return disks.filter((disk) => !skipped.some((hints) => hints.length > 0 && hints.every((hint) => hint.matches(disk))));
}

function hintsOf(node: KnownNode): Json | null {
  for (const hints of [node.instance_info.root_device, node.properties.root_device]) {
    if (hints !== undefined && hints !== null && !(isJsonObject(hints) && Object.keys(hints).length === 0)) return hints;
  }
  return null;
}

function readHints(hints: Json): ReturnType<typeof parseRootDeviceHints> {
  try {
    return parseRootDeviceHints(hints);
  } catch (error) {
    if (error instanceof HintError) throw new AgentError('InvalidCommandParamsError', error.message, { cause: error });
    throw error;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function describe(disks: readonly DiskInfo[]): string {
  if (disks.length === 0) return 'none';
  return disks.map((disk) => `${disk.name} (serial ${disk.serial}, ${(disk.size / 1024 ** 3).toFixed(1)} GiB)`).join(', ');
}

import type { BlockDevice } from '../../image/block-device.ts';
import { openFileDevice } from '../../image/file-device.ts';
import { type Gpt, readGpt } from '../../image/gpt.ts';
import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';
import { openIso } from '../../protocol/iso9660/read-iso.ts';
import { CommandFailure } from '../cli-error.ts';

/** The table and its copy: their bytes change when the disk is larger than the image. */
const TABLE_SECTORS = 34;
const PIECE = 1 << 20;

/** What a deployed disk must hold. */
export interface Expected {
  readonly image: ByteSource;
  /** Contents of `openstack/latest/meta_data.json` that must be there. */
  readonly metaData: Readonly<Record<string, string>>;
  readonly userData: string;
}

/**
 * Reads a disk file behind the service's back and checks that it holds the image byte for byte (but for the partition tables), whole
 * partition tables, and the config drive. Throws CommandFailure with what differs.
 */
export async function verifyDisk(path: string, expected: Expected): Promise<void> {
  const disk = await openFileDevice(path, { readOnly: true });
  try {
    await compareImage(disk, expected.image, path);
    const table = await readGpt(disk);
    if (table === null) return;
    if (table.problems.length > 0) throw new CommandFailure(`disk ${path}: ${table.problems.join('; ')}`);
    await checkConfigDrive(disk, table, expected, path);
  } finally {
    await disk.close();
  }
}

/** True when a disk file holds no partition table any more. */
export async function isErased(path: string): Promise<boolean> {
  const disk = await openFileDevice(path, { readOnly: true });
  try {
    return (await readGpt(disk)) === null;
  } finally {
    await disk.close();
  }
}

async function compareImage(disk: BlockDevice, image: ByteSource, path: string): Promise<void> {
  if (disk.size < image.size) throw new CommandFailure(`disk ${path} has ${disk.size} bytes, the image ${image.size}`);
  const start = TABLE_SECTORS * disk.sectorSize;
  const end = Math.max(start, image.size - TABLE_SECTORS * disk.sectorSize);
  for (let at = start; at < end; at += PIECE) {
    const length = Math.min(PIECE, end - at);
    const [found, wanted] = await Promise.all([disk.read(at, length), image.read(at, length)]);
    if (!found.equals(wanted)) throw new CommandFailure(`disk ${path} differs from the image within bytes ${at} to ${at + length}`);
  }
}

async function checkConfigDrive(disk: BlockDevice, table: Gpt, expected: Expected, path: string): Promise<void> {
  for (const partition of table.partitions) {
    const offset = partition.firstLba * disk.sectorSize;
    const size = (partition.lastLba - partition.firstLba + 1) * disk.sectorSize;
    const source: ByteSource = { size, read: (at, length) => disk.read(offset + at, length) };
    const drive = await openIso(source).catch(() => null);
    if (drive === null || drive.label !== 'config-2') continue;
    const metaData: unknown = JSON.parse((await drive.readFile('openstack/latest/meta_data.json', PIECE)).toString('utf8'));
    const found = new Map(typeof metaData === 'object' && metaData !== null ? Object.entries(metaData) : []);
    for (const [key, value] of Object.entries(expected.metaData))
      if (found.get(key) !== value)
        throw new CommandFailure(`config drive on ${path}: ${key} is ${JSON.stringify(found.get(key))}, not "${value}"`);
    const userData = (await drive.readFile('openstack/latest/user_data', PIECE)).toString('utf8');
    if (userData !== expected.userData) throw new CommandFailure(`config drive on ${path}: user_data is not what was given`);
    return;
  }
  throw new CommandFailure(`disk ${path} has no partition with a config drive (label config-2)`);
}

import type { DiskPlan } from './machine-plan.ts';

/** RAID levels of the simulated controller: least number of drives, and how many drives' space goes to redundancy. */
export const RAID_TYPES = {
  RAID0: { least: 1, most: 64, usable: (n: number) => n },
  RAID1: { least: 2, most: 2, usable: (n: number) => n / 2 },
  RAID5: { least: 3, most: 64, usable: (n: number) => n - 1 },
  RAID6: { least: 4, most: 64, usable: (n: number) => n - 2 },
  RAID10: { least: 4, most: 64, usable: (n: number) => n / 2 },
} as const;

export type RaidType = keyof typeof RAID_TYPES;

export function isRaidType(text: unknown): text is RaidType {
  return typeof text === 'string' && Object.hasOwn(RAID_TYPES, text);
}

/** A volume of the simulated RAID controller. */
export interface Volume {
  readonly id: string;
  readonly name: string;
  readonly raidType: RaidType;
  /** Bytes. */
  readonly capacity: number;
  readonly disks: readonly DiskPlan[];
}

/** Why a volume cannot be made. */
export class VolumeRefused extends Error {
  override readonly name = 'VolumeRefused';
}

/**
 * The volumes of one controller. They are bookkeeping of the controller: the disks the agent sees stay the plain ones, as with a
 * controller in pass-through mode.
 */
export class Volumes {
  readonly #volumes = new Map<string, Volume>();
  #next = 1;

  list(): readonly Volume[] {
    return [...this.#volumes.values()];
  }

  get(id: string): Volume | undefined {
    return this.#volumes.get(id);
  }

  /** The volume a drive belongs to. */
  of(disk: DiskPlan): Volume | undefined {
    return this.list().find((volume) => volume.disks.some((member) => member.id === disk.id));
  }

  /** @throws VolumeRefused */
  check(raidType: RaidType, disks: readonly DiskPlan[], capacity: number | null): number {
    const rule = RAID_TYPES[raidType];
    if (disks.length < rule.least || disks.length > rule.most || (raidType === 'RAID10' && disks.length % 2 !== 0))
      throw new VolumeRefused(`${raidType} cannot be built of ${disks.length} drives`);
    for (const disk of disks) {
      const taken = this.of(disk);
      if (taken) throw new VolumeRefused(`drive ${disk.id} belongs to volume ${taken.id}`);
    }
    const usable = Math.floor(Math.min(...disks.map((disk) => disk.size)) * rule.usable(disks.length));
    if (capacity !== null && (capacity <= 0 || capacity > usable))
      throw new VolumeRefused(`capacity ${capacity} is outside of 1 to ${usable} bytes`);
    return capacity ?? usable;
  }

  create(raidType: RaidType, disks: readonly DiskPlan[], capacity: number | null, name: string | null): Volume {
    const bytes = this.check(raidType, disks, capacity);
    const id = String(this.#next++);
    const volume: Volume = { id, name: name ?? `Volume ${id}`, raidType, capacity: bytes, disks };
    this.#volumes.set(id, volume);
    return volume;
  }

  delete(id: string): boolean {
    return this.#volumes.delete(id);
  }
}

import type { BlockDevice } from '../../image/block-device.ts';
import { openFileDevice } from '../../image/file-device.ts';
import { AgentError } from '../agent-error.ts';
import type { DiskInfo } from '../hardware-manager.ts';
import type { SimulatedDisk } from './simulated-machine.ts';

/** Lets a simulation disturb the work on a machine. */
export interface HardwareHooks {
  /** Before bytes of a disk change. What it throws becomes the disk's error; it may take its time, or never return. */
  beforeWrite?(disk: string, offset: number, length: number): Promise<void> | void;
  /** What arrives of a downloaded image. */
  onReceived?(chunk: Buffer): Buffer;
  /** A step, the agent's own `write_image` included, begins. */
  onStep?(kind: string, step: string): void;
  /** Before a step of the hardware runs. */
  beforeStep?(kind: string, step: string): Promise<void> | void;
}

/** The disk as the inventory and root device hints show it. */
export function simulatedDiskInfo(disk: SimulatedDisk): DiskInfo {
  return {
    name: disk.name,
    model: disk.model ?? 'SIMULATED',
    size: disk.size,
    rotational: disk.rotational,
    wwn: disk.wwn ?? null,
    serial: disk.serial,
    vendor: disk.vendor ?? 'WROUGHT',
    wwn_with_extension: disk.wwn ?? null,
    wwn_vendor_extension: null,
    hctl: disk.hctl ?? null,
    by_path: disk.byPath ?? null,
    logical_sectors: disk.sectorSize ?? 512,
    physical_sectors: disk.sectorSize === 4096 ? 4096 : disk.rotational ? 4096 : 512,
    tran: disk.tran ?? (disk.name.includes('nvme') ? 'nvme' : 'sata'),
  };
}

/** Opens the file behind a disk; every change passes the hooks first. @throws AgentError DeviceNotFound. */
export async function openSimulatedDisk(disks: readonly SimulatedDisk[], name: string, hooks: HardwareHooks): Promise<BlockDevice> {
  const disk = disks.find((each) => each.name === name);
  if (disk === undefined)
    throw new AgentError('DeviceNotFound', `there is no disk ${name}; there are ${disks.map((each) => each.name).join(', ')}`);
  const device = await openFileDevice(disk.path, { size: disk.size, sectorSize: disk.sectorSize ?? 512 });
  return {
    size: device.size,
    sectorSize: device.sectorSize,
    read: (offset, length) => device.read(offset, length),
    async write(offset, data) {
      await hooks.beforeWrite?.(name, offset, data.length);
      await device.write(offset, data);
    },
    async zero(offset, length) {
      await hooks.beforeWrite?.(name, offset, length);
      await device.zero(offset, length);
    },
    flush: () => device.flush(),
    close: () => device.close(),
  };
}

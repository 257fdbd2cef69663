import { seeded } from './seeded.ts';

/** A disk of a simulated machine. */
export interface DiskPlan {
  /** Device path as the operating system of the machine sees it. */
  readonly name: string;
  /** Last part of the drive's Redfish address. */
  readonly id: string;
  readonly model: string;
  readonly vendor: string;
  readonly serial: string;
  readonly wwn: string;
  /** Bytes, a multiple of `sectorSize`. */
  readonly size: number;
  /** Logical sector in bytes. */
  readonly sectorSize: 512 | 4096;
  readonly rotational: boolean;
  readonly protocol: 'SATA' | 'SAS' | 'NVMe';
  readonly hctl: string;
  readonly byPath: string;
}

/** A network card of a simulated machine. */
export interface NicPlan {
  /** Name in Redfish, for example `NIC1`. */
  readonly id: string;
  /** Name in the operating system, for example `eno1`. */
  readonly name: string;
  /** Lower case, colons. */
  readonly mac: string;
  readonly speedMbps: number;
  readonly linkUp: boolean;
  readonly pciAddress: string;
}

/** Everything about a simulated machine that never changes. */
export interface MachinePlan {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  readonly serialNumber: string;
  readonly assetTag: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly biosVersion: string;
  readonly bmcVersion: string;
  readonly bmcMac: string;
  readonly memoryGib: number;
  readonly cpu: {
    readonly sockets: number;
    readonly coresPerSocket: number;
    readonly threadsPerCore: number;
    readonly model: string;
    readonly maxSpeedMhz: number;
    readonly architecture: 'x86_64';
  };
  readonly nics: readonly NicPlan[];
  readonly disks: readonly DiskPlan[];
  readonly credentials: { readonly username: string; readonly password: string };
}

/** What a caller may fix about the disks of every machine. */
export interface DiskShape {
  /** Bytes. */
  readonly size: number;
  readonly sectorSize?: 512 | 4096;
  readonly rotational?: boolean;
}

const GB = 1_000_000_000;

/**
 * Draws machine number `index` of the rack that `seed` names: the same seed always gives the same names, addresses, serials and sizes.
 *
 * @param disks replaces the drawn disks by this shape; serials stay drawn.
 */
export function machinePlan(seed: string, index: number, disks?: readonly DiskShape[]): MachinePlan {
  const draw = seeded(`${seed}/machine/${index}`);
  const rack = seeded(`${seed}/rack`);
  const [manufacturer, model] = draw.pick('model', [
    ['Wrought Simulated Systems', 'WS-1200'],
    ['Wrought Simulated Systems', 'WS-2400'],
    ['Wrought Simulated Systems', 'WS-2400 G2'],
  ] as const);
  // Locally administered unicast (02), two fixed bytes of the rack, two of the machine, one of the port.
  const macOf = (port: number): string =>
    [0x02, ...rack.bytes('oui', 2), index >> 8, index & 0xff, port].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  const shapes: readonly DiskShape[] = disks ?? [
    { size: draw.pick('ssd', [120, 240, 480] as const) * GB, rotational: false },
    {
      size: draw.pick('hdd', [1000, 2000] as const) * GB,
      rotational: true,
      sectorSize: draw.pick('hdd sector', [512, 512, 4096] as const),
    },
  ];
  return {
    index,
    name: `${rackName(seed)}-m${String(index + 1).padStart(3, '0')}`,
    uuid: draw.uuid('system'),
    serialNumber: `WSN${draw.hex('serial', 9).toUpperCase()}`,
    assetTag: `${rackName(seed)}-U${String(index + 1).padStart(2, '0')}`,
    manufacturer,
    model,
    biosVersion: '1.4.0',
    bmcVersion: '2.31.5',
    bmcMac: macOf(0),
    memoryGib: draw.pick('memory', [64, 128, 256] as const),
    cpu: {
      sockets: 2,
      coresPerSocket: draw.pick('cores', [8, 16, 24] as const),
      threadsPerCore: 2,
      model: 'Simulated Xeon-class processor',
      maxSpeedMhz: draw.pick('speed', [2400, 2900, 3500] as const),
      architecture: 'x86_64',
    },
    nics: [1, 2].map((port) => ({
      id: `NIC${port}`,
      name: `eno${port}`,
      mac: macOf(port),
      speedMbps: 25_000,
      linkUp: true,
      pciAddress: `0000:18:00.${port - 1}`,
    })),
    disks: shapes.map((shape, slot) => diskPlan(draw, shape, slot)),
    credentials: { username: 'admin', password: `sim-${draw.hex('password', 12)}` },
  };
}

/** The name of the rack a seed draws; a prefix of its machines' names. */
export function rackName(seed: string): string {
  return /^[a-z0-9]{1,8}$/.test(seed) ? `r${seed}` : `r${seeded(seed).hex('rack name', 6)}`;
}

function diskPlan(draw: ReturnType<typeof seeded>, shape: DiskShape, slot: number): DiskPlan {
  const rotational = shape.rotational ?? false;
  const sectorSize = shape.sectorSize ?? 512;
  const id = `Disk.${slot}`;
  return {
    name: `/dev/sd${String.fromCharCode(97 + slot)}`,
    id,
    model: rotational ? 'WS-HDD-7K' : 'WS-SSD-RI',
    vendor: 'WROUGHT',
    serial: `WD${draw.hex(`${id} serial`, 10).toUpperCase()}`,
    wwn: `0x5000c5${draw.hex(`${id} wwn`, 10)}`,
    size: Math.floor(shape.size / sectorSize) * sectorSize,
    sectorSize,
    rotational,
    protocol: rotational ? 'SAS' : 'SATA',
    hctl: `${slot}:0:0:0`,
    byPath: `/dev/disk/by-path/pci-0000:3b:00.0-ata-${slot + 1}`,
  };
}

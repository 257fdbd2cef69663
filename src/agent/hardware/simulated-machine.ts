import type { JsonObject } from '../../model/json.ts';

/** A disk of a simulated machine: a sparse file and how it presents itself. */
export interface SimulatedDisk {
  /** The file; made when it is absent. */
  readonly path: string;
  /** Device path inside, for example `/dev/sda`. */
  readonly name: string;
  readonly serial: string;
  /** Bytes. */
  readonly size: number;
  readonly rotational: boolean;
  readonly sectorSize?: 512 | 4096;
  readonly model?: string;
  readonly vendor?: string;
  readonly wwn?: string | null;
  readonly hctl?: string | null;
  readonly byPath?: string | null;
  /** `sata`, `sas`, `nvme` … */
  readonly tran?: string;
}

export interface SimulatedNic {
  readonly name: string;
  readonly mac: string;
  readonly ipv4?: string | null;
  readonly hasCarrier?: boolean;
  readonly speedMbps?: number;
  readonly pciAddress?: string;
}

/** What a simulated machine is made of. */
export interface SimulatedMachine {
  readonly hostname: string;
  readonly manufacturer: string;
  readonly productName: string;
  readonly serialNumber: string;
  readonly firmware?: { readonly vendor: string; readonly version: string; readonly buildDate: string };
  readonly cpu: {
    readonly model: string;
    readonly count: number;
    readonly sockets: number;
    readonly mhz: number;
    readonly architecture: string;
    readonly flags?: readonly string[];
  };
  readonly memoryMib: number;
  readonly nics: readonly SimulatedNic[];
  readonly disks: readonly SimulatedDisk[];
  readonly bootMode: 'uefi' | 'bios';
  /** MAC address the ramdisk was booted from; null with virtual media. */
  readonly bootMac?: string | null;
  readonly bmcAddress?: string | null;
  readonly bmcMac?: string | null;
}

const FLAGS = ['fpu', 'msr', 'pae', 'aes', 'vmx', 'pse', 'pdpe1gb', 'smx', 'sse4_2', 'avx2'];

/** The inventory document, keys as the stock agent writes them. */
export function simulatedInventory(machine: SimulatedMachine, disks: readonly JsonObject[]): JsonObject & { interfaces: JsonObject[] } {
  return {
    interfaces: machine.nics.map((nic) => ({
      name: nic.name,
      mac_address: nic.mac,
      ipv4_address: nic.ipv4 ?? null,
      ipv6_address: null,
      has_carrier: nic.hasCarrier ?? true,
      lldp: null,
      vendor: '0x8086',
      product: '0x159b',
      client_id: null,
      biosdevname: null,
      speed_mbps: nic.speedMbps ?? null,
      pci_address: nic.pciAddress ?? null,
      driver: 'ice',
    })),
    cpu: {
      model_name: machine.cpu.model,
      frequency: machine.cpu.mhz.toFixed(4),
      count: machine.cpu.count,
      architecture: machine.cpu.architecture,
      flags: [...(machine.cpu.flags ?? FLAGS)],
      socket_count: machine.cpu.sockets,
    },
    disks: [...disks],
    memory: { total: machine.memoryMib * 1024 * 1024, physical_mb: machine.memoryMib },
    bmc_address: machine.bmcAddress ?? null,
    bmc_v6address: null,
    ...(machine.bmcMac ? { bmc_mac: machine.bmcMac } : {}),
    system_vendor: {
      product_name: machine.productName,
      serial_number: machine.serialNumber,
      manufacturer: machine.manufacturer,
      firmware: {
        vendor: machine.firmware?.vendor ?? '',
        version: machine.firmware?.version ?? '',
        build_date: machine.firmware?.buildDate ?? '',
      },
    },
    boot: { current_boot_mode: machine.bootMode, pxe_interface: machine.bootMac ?? null },
    hostname: machine.hostname,
  };
}

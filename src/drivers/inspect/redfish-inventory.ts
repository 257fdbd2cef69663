import type { JsonObject } from '../../model/json.ts';
import type { StorageWithDrives } from '../../protocol/redfish/operations/inventory.ts';
import { quirksOf } from '../../protocol/redfish/quirks.ts';
import type { EthernetInterfaceView, ProcessorView } from '../../protocol/redfish/views/hardware.ts';
import type { SimpleDeviceView } from '../../protocol/redfish/views/storage.ts';
import type { SystemView } from '../../protocol/redfish/views/system.ts';

/** What the BMC told about a machine. */
export interface HardwareFindings {
  readonly system: SystemView;
  readonly processors: readonly ProcessorView[];
  readonly interfaces: readonly EthernetInterfaceView[];
  readonly storage: readonly StorageWithDrives[];
  readonly simpleDevices: readonly SimpleDeviceView[];
}

/** The inventory in the form that agents report, as far as a BMC knows. */
export interface OutOfBandInventory {
  readonly cpu: { count: number | null; model_name: string | null; frequency: number | null; architecture: string | null };
  readonly memory: { physical_mb: number | null };
  readonly disks: { name: string | null; size: number | null }[];
  readonly interfaces: { name: string; mac_address: string; speed_mbps: number | null }[];
  readonly system_vendor: JsonObject;
  readonly storage_controllers: JsonObject[];
  readonly boot?: { current_boot_mode: string };
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  'x86-64': 'x86_64',
  'ARM-A64': 'aarch64',
  'ARM-A32': 'arm',
  x86: 'i686',
  'IA-64': 'ia64',
  MIPS32: 'mips',
  MIPS64: 'mips64',
};

const GIB = 1024 ** 3;
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** Arranges the findings; what the BMC did not tell is null. */
export function inventoryFrom(found: HardwareFindings): OutOfBandInventory {
  const { system } = found;
  const mode = system.boot.mode === null ? undefined : { current_boot_mode: system.boot.mode === 'UEFI' ? 'uefi' : 'bios' };
  return {
    cpu: cpuOf(found),
    memory: { physical_mb: system.memoryGib === null ? null : Math.round(system.memoryGib * 1024) },
    disks: disksOf(found),
    interfaces: interfacesOf(found),
    system_vendor: vendorOf(system),
    storage_controllers: found.storage.map(controllersOf),
    ...(mode === undefined ? {} : { boot: mode }),
  };
}

/** `local_gb`: the smallest disk of at least 4 GiB, less 1 GiB for partitioning; 0 when there is none. */
export function localGigabytes(found: HardwareFindings): number {
  const smallest = (sizes: (number | null)[]): number[] => {
    const fit = sizes.filter((size): size is number => size !== null && size >= 4 * GIB);
    return fit.length === 0 ? [] : [Math.min(...fit)];
  };
  const volumes = found.storage.flatMap(({ volumes }) => volumes.map(({ sizeBytes }) => sizeBytes));
  const drives = found.storage.flatMap(({ drives }) => drives.map(({ sizeBytes }) => sizeBytes));
  const simple = found.simpleDevices.filter(({ status }) => (status.state ?? 'Enabled') === 'Enabled').map(({ sizeBytes }) => sizeBytes);
  const [best] = [...smallest(simple), ...smallest(volumes.length > 0 ? volumes : drives)].sort((a, b) => a - b);
  return best === undefined ? 0 : Math.max(0, Math.floor(best / GIB) - 1);
}

function cpuOf({ processors, system }: HardwareFindings): OutOfBandInventory['cpu'] {
  const real = processors.filter(({ type, status }) => (type ?? 'CPU') === 'CPU' && status.state !== 'Absent');
  const threads = real.reduce((sum, { threads, cores }) => sum + (threads ?? cores ?? 0), 0);
  const first = real[0];
  const architecture = first?.architecture ?? first?.instructionSet ?? null;
  return {
    count: threads > 0 ? threads : system.processorCount,
    model_name: first?.model ?? system.processorModel,
    frequency: first?.maxSpeedMhz ?? null,
    // The instruction set is more exact than the architecture, which calls both widths of x86 the same.
    architecture:
      ARCHITECTURES[first?.instructionSet ?? ''] ?? (architecture === 'x86' ? 'x86_64' : ARCHITECTURES[architecture ?? '']) ?? null,
  };
}

function disksOf({ storage, simpleDevices }: HardwareFindings): OutOfBandInventory['disks'] {
  const drives = storage.flatMap(({ drives }) => drives.map(({ name, sizeBytes }) => ({ name, size: sizeBytes })));
  return drives.length > 0 ? drives : simpleDevices.map(({ name, sizeBytes }) => ({ name, size: sizeBytes }));
}

function interfacesOf({ interfaces }: HardwareFindings): OutOfBandInventory['interfaces'] {
  const seen = new Set<string>();
  return interfaces.flatMap(({ id, macAddress, permanentMacAddress, speedMbps }) => {
    const mac = (macAddress ?? permanentMacAddress ?? '').toLowerCase().replaceAll('-', ':');
    if (!MAC.test(mac) || mac === '00:00:00:00:00:00' || seen.has(mac)) return [];
    seen.add(mac);
    return [{ name: id ?? mac, mac_address: mac, speed_mbps: speedMbps }];
  });
}

function vendorOf(system: SystemView): JsonObject {
  const { serialInSku } = quirksOf({ vendor: system.manufacturer, model: system.model, firmware: null });
  return {
    product_name: system.model,
    serial_number: serialInSku ? (system.sku ?? system.serialNumber) : system.serialNumber,
    manufacturer: system.manufacturer,
    system_uuid: system.uuid,
  };
}

function controllersOf({ storage, drives }: StorageWithDrives): JsonObject {
  return {
    id: storage.id,
    name: storage.name,
    storage_controllers: storage.controllers.map((controller) => ({
      member_id: controller.memberId,
      name: controller.name,
      raid_types: controller.raidTypes === null ? null : [...controller.raidTypes],
      speed_gbps: controller.speedGbps,
      controller_protocols: [...controller.controllerProtocols],
      device_protocols: [...controller.deviceProtocols],
      status: { ...controller.status },
    })),
    drives: drives.map((drive) => ({
      id: drive.id,
      name: drive.name,
      size: drive.sizeBytes,
      media_type: drive.mediaType,
      serial_number: drive.serialNumber,
      manufacturer: drive.manufacturer,
      model: drive.model,
      revision: drive.revision,
      protocol: drive.protocol,
      status: { ...drive.status },
    })),
  };
}

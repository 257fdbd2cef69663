import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import { notFound } from './redfish-fault.ts';
import { CHASSIS, collection, link, OK, ROOT, resource } from './resource.ts';
import type { RedfishCall, Route } from './route.ts';

const SYSTEM = `${ROOT}/Systems/:system`;
/** Memory modules have this many GiB. */
const DIMM_GIB = 32;

function processor(machine: Machine, call: RedfishCall): JsonObject {
  const { cpu } = machine.plan;
  const number = Number(/^CPU(\d)$/.exec(call.params.cpu ?? '')?.[1] ?? Number.NaN);
  if (!(number >= 1 && number <= cpu.sockets)) throw notFound(call.path);
  return resource(call.path, 'Processor.v1_18_0.Processor', `CPU${number}`, `Processor ${number}`, {
    Socket: `CPU ${number}`,
    ProcessorType: 'CPU',
    ProcessorArchitecture: 'x86',
    InstructionSet: 'x86-64',
    Manufacturer: 'Wrought',
    Model: cpu.model,
    ProcessorId: { VendorId: 'WroughtSimCPU', EffectiveFamily: '0x6', EffectiveModel: '0x6A', Step: '0x6', MicrocodeInfo: '0xD0003A5' },
    MaxSpeedMHz: cpu.maxSpeedMhz,
    TotalCores: cpu.coresPerSocket,
    TotalThreads: cpu.coresPerSocket * cpu.threadsPerCore,
    Status: OK,
  });
}

function dimm(machine: Machine, call: RedfishCall): JsonObject {
  const number = Number(/^DIMM(\d+)$/.exec(call.params.dimm ?? '')?.[1] ?? Number.NaN);
  if (!(number >= 1 && number <= machine.plan.memoryGib / DIMM_GIB)) throw notFound(call.path);
  return resource(call.path, 'Memory.v1_17_0.Memory', `DIMM${number}`, `Memory module ${number}`, {
    CapacityMiB: DIMM_GIB * 1024,
    MemoryDeviceType: 'DDR5',
    OperatingSpeedMhz: 4800,
    Status: OK,
  });
}

function ethernetInterface(machine: Machine, call: RedfishCall): JsonObject {
  const nic = machine.plan.nics.find(({ id }) => id === call.params.nic);
  if (!nic) throw notFound(call.path);
  return resource(call.path, 'EthernetInterface.v1_9_0.EthernetInterface', nic.id, `Network interface ${nic.id}`, {
    MACAddress: nic.mac.toUpperCase(),
    PermanentMACAddress: nic.mac.toUpperCase(),
    SpeedMbps: nic.linkUp ? nic.speedMbps : null,
    FullDuplex: true,
    InterfaceEnabled: true,
    LinkStatus: nic.linkUp ? 'LinkUp' : 'LinkDown',
    Status: OK,
  });
}

function networkAdapter(machine: Machine, path: string): JsonObject {
  return resource(path, 'NetworkAdapter.v1_9_0.NetworkAdapter', 'NIC', 'Network adapter', {
    Manufacturer: 'Wrought',
    Model: 'WS-25G-2',
    SerialNumber: `NA${machine.plan.serialNumber}`,
    PartNumber: 'PN-25G-2',
    Controllers: [{ FirmwarePackageVersion: '22.31.6' }],
    Ports: link(`${path}/Ports`),
    NetworkDeviceFunctions: link(`${path}/NetworkDeviceFunctions`),
    Status: OK,
  });
}

function port(machine: Machine, call: RedfishCall): JsonObject {
  const nic = machine.plan.nics.find(({ id }) => id === call.params.port);
  if (!nic) throw notFound(call.path);
  return resource(call.path, 'Port.v1_9_0.Port', nic.id, `Port ${nic.id}`, {
    PortId: nic.id,
    LinkStatus: nic.linkUp ? 'LinkUp' : 'LinkDown',
    CurrentSpeedGbps: nic.speedMbps / 1000,
    Ethernet: {
      AssociatedMACAddresses: [nic.mac.toUpperCase()],
      LLDPReceive: {
        ChassisId: '02:57:00:00:00:01',
        ChassisIdSubtype: 'MacAddr',
        PortId: `Ethernet1/${machine.plan.index + 1}`,
        PortIdSubtype: 'IfName',
        SystemName: `switch-${nic.id.toLowerCase()}`,
        SystemDescription: 'Simulated switch',
        ManagementVlanId: 1,
      },
    },
    Status: OK,
  });
}

function deviceFunction(machine: Machine, call: RedfishCall): JsonObject {
  const nic = machine.plan.nics.find(({ id }) => id === call.params.function);
  if (!nic) throw notFound(call.path);
  return resource(call.path, 'NetworkDeviceFunction.v1_9_0.NetworkDeviceFunction', nic.id, `Function of ${nic.id}`, {
    NetDevFuncType: 'Ethernet',
    NetDevFuncCapabilities: ['Ethernet'],
    DeviceEnabled: true,
    Ethernet: { MACAddress: nic.mac.toUpperCase(), PermanentMACAddress: nic.mac.toUpperCase(), MTUSize: 1500 },
    Status: OK,
  });
}

/** A collection route over numbered or named parts of a machine. */
function list(path: string, type: string, name: string, ids: (machine: Machine) => readonly string[]): Route {
  return {
    path,
    get: (machine, call) =>
      collection(
        call.path,
        type,
        name,
        ids(machine).map((id) => `${call.path}/${id}`),
      ),
  };
}

const ADAPTER = `${CHASSIS}/NetworkAdapters/NIC`;
const nicIds = (machine: Machine): string[] => machine.plan.nics.map(({ id }) => id);
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

/** Processors, memory modules and network cards. */
export const hardwareRoutes: readonly Route[] = [
  list(`${SYSTEM}/Processors`, 'ProcessorCollection', 'Processors', (machine) => numbered('CPU', machine.plan.cpu.sockets)),
  { path: `${SYSTEM}/Processors/:cpu`, get: processor },
  list(`${SYSTEM}/Memory`, 'MemoryCollection', 'Memory', (machine) => numbered('DIMM', machine.plan.memoryGib / DIMM_GIB)),
  { path: `${SYSTEM}/Memory/:dimm`, get: dimm },
  list(`${SYSTEM}/EthernetInterfaces`, 'EthernetInterfaceCollection', 'Network interfaces', nicIds),
  { path: `${SYSTEM}/EthernetInterfaces/:nic`, get: ethernetInterface },
  list(`${CHASSIS}/NetworkAdapters`, 'NetworkAdapterCollection', 'Network adapters', () => ['NIC']),
  { path: ADAPTER, get: (machine) => networkAdapter(machine, ADAPTER) },
  list(`${ADAPTER}/Ports`, 'PortCollection', 'Ports', nicIds),
  { path: `${ADAPTER}/Ports/:port`, get: port },
  list(`${ADAPTER}/NetworkDeviceFunctions`, 'NetworkDeviceFunctionCollection', 'Functions', nicIds),
  { path: `${ADAPTER}/NetworkDeviceFunctions/:function`, get: deviceFunction },
];

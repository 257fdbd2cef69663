import type { SimulatedMachine } from '../../agent/hardware/simulated-machine.ts';
import type { FirmwareParts } from '../firmware/firmware.ts';
import type { Machine } from './machine.ts';

/** The machine as the agent on it sees it. */
export function simulatedMachine(machine: Machine, disks: FirmwareParts['disks'], address: string): SimulatedMachine {
  const { plan } = machine;
  return {
    hostname: plan.name,
    manufacturer: plan.manufacturer,
    productName: plan.model,
    serialNumber: plan.serialNumber,
    firmware: { vendor: 'Wrought', version: machine.versions.bios, buildDate: '01/01/2026' },
    cpu: {
      model: plan.cpu.model,
      count: plan.cpu.sockets * plan.cpu.coresPerSocket * plan.cpu.threadsPerCore,
      sockets: plan.cpu.sockets,
      mhz: plan.cpu.maxSpeedMhz,
      architecture: plan.cpu.architecture,
    },
    memoryMib: plan.memoryGib * 1024,
    nics: plan.nics.map((nic, index) => ({
      name: nic.name,
      mac: nic.mac,
      ipv4: index === 0 ? address : null,
      hasCarrier: nic.linkUp,
      speedMbps: nic.speedMbps,
      pciAddress: nic.pciAddress,
    })),
    disks: disks.map(({ plan: disk, path }) => ({
      path,
      name: disk.name,
      serial: disk.serial,
      size: disk.size,
      rotational: disk.rotational,
      sectorSize: disk.sectorSize,
      model: disk.model,
      vendor: disk.vendor,
      wwn: disk.wwn,
      hctl: disk.hctl,
      byPath: disk.byPath,
      tran: disk.protocol.toLowerCase(),
    })),
    bootMode: machine.boot.mode === 'UEFI' ? 'uefi' : 'bios',
    bootMac: null,
    bmcMac: plan.bmcMac,
  };
}

import type { RackMachine } from './rack-machine.ts';
import { systemPath } from './redfish/resource.ts';

/** A machine as `wrought sim --json` tells of it. */
export interface MachineDescription {
  readonly name: string;
  readonly index: number;
  readonly uuid: string;
  readonly serial: string;
  readonly vendor: string;
  readonly model: string;
  readonly redfish: {
    readonly address: string;
    readonly system_id: string;
    readonly username: string;
    readonly password: string;
  };
  readonly macs: readonly string[];
  readonly memory_mb: number;
  readonly cpus: number;
  readonly cpu_arch: string;
  readonly disks: readonly {
    readonly path: string;
    readonly name: string;
    readonly serial: string;
    readonly size: number;
    readonly rotational: boolean;
    readonly sector_size: number;
  }[];
}

export function describeMachine(machine: RackMachine): MachineDescription {
  const { plan } = machine;
  return {
    name: plan.name,
    index: plan.index,
    uuid: plan.uuid,
    serial: plan.serialNumber,
    vendor: plan.manufacturer,
    model: plan.model,
    redfish: {
      address: machine.address,
      system_id: systemPath(machine.parts),
      username: plan.credentials.username,
      password: machine.parts.account.password,
    },
    macs: plan.nics.map(({ mac }) => mac),
    memory_mb: plan.memoryGib * 1024,
    cpus: plan.cpu.sockets * plan.cpu.coresPerSocket * plan.cpu.threadsPerCore,
    cpu_arch: plan.cpu.architecture,
    disks: machine.disks.map(({ plan: disk, path }) => ({
      path,
      name: disk.name,
      serial: disk.serial,
      size: disk.size,
      rotational: disk.rotational,
      sector_size: disk.sectorSize,
    })),
  };
}

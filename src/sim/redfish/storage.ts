import { messageOf } from '../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { LED_STATES, type Machine } from '../machine/machine.ts';
import type { DiskPlan } from '../machine/machine-plan.ts';
import { isRaidType, RAID_TYPES, type Volume, VolumeRefused } from '../machine/volumes.ts';
import { applyPatch, object, oneOf, text } from './read-body.ts';
import { notFound, RedfishFault } from './redfish-fault.ts';
import { collection, link, links, OK, ROOT, resource, systemPath } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';
import { taskAnswer } from './task-service.ts';

const PATH = `${ROOT}/Systems/:system/Storage`;
const CONTROLLER = 'RAID.1';
const APPLY_TIMES = ['Immediate', 'OnReset'] as const;
const APPLY_KEY = '@Redfish.OperationApplyTime';

function storagePath(machine: Machine): string {
  return `${systemPath(machine)}/Storage/${CONTROLLER}`;
}

function demandController(call: RedfishCall): void {
  if (call.params.storage !== CONTROLLER) throw notFound(call.path);
}

const ABILITIES: JsonObject = {
  SupportedControllerProtocols: ['PCIe'],
  SupportedDeviceProtocols: ['SATA', 'SAS'],
  SupportedRAIDTypes: Object.keys(RAID_TYPES),
  SpeedGbps: 12,
};

function storage(machine: Machine, call: RedfishCall): JsonObject {
  demandController(call);
  const path = storagePath(machine);
  return resource(path, 'Storage.v1_15_0.Storage', CONTROLLER, 'RAID controller', {
    Status: OK,
    Drives: links(machine.plan.disks.map(({ id }) => `${path}/Drives/${id}`)),
    'Drives@odata.count': machine.plan.disks.length,
    StorageControllers: [
      {
        '@odata.id': `${path}#/StorageControllers/0`,
        MemberId: '0',
        Name: 'RAID controller',
        Manufacturer: 'Wrought',
        Model: 'WS-RAID',
        FirmwareVersion: '7.10',
        Status: OK,
        ...ABILITIES,
      },
    ],
    Controllers: link(`${path}/Controllers`),
    Volumes: link(`${path}/Volumes`),
  });
}

function controller(machine: Machine, call: RedfishCall): JsonObject {
  demandController(call);
  if (call.params.controller !== '1') throw notFound(call.path);
  return resource(`${storagePath(machine)}/Controllers/1`, 'StorageController.v1_7_0.StorageController', '1', 'RAID controller', {
    Manufacturer: 'Wrought',
    Model: 'WS-RAID',
    FirmwareVersion: '7.10',
    Status: OK,
    ...ABILITIES,
  });
}

function diskOf(machine: Machine, call: RedfishCall): DiskPlan {
  demandController(call);
  const disk = machine.plan.disks.find(({ id }) => id === call.params.drive);
  if (!disk) throw notFound(call.path);
  return disk;
}

function driveBody(machine: Machine, call: RedfishCall): JsonObject {
  const disk = diskOf(machine, call);
  const volume = machine.volumes.of(disk);
  return resource(call.path, 'Drive.v1_18_0.Drive', disk.id, `Drive ${disk.id}`, {
    Manufacturer: disk.vendor,
    Model: disk.model,
    SerialNumber: disk.serial,
    PartNumber: `PN-${disk.model}`,
    Revision: 'SIM1',
    CapacityBytes: disk.size,
    BlockSizeBytes: disk.sectorSize,
    MediaType: disk.rotational ? 'HDD' : 'SSD',
    Protocol: disk.protocol,
    ...(disk.rotational && { RotationSpeedRPM: 7200 }),
    Identifiers: [{ DurableName: disk.wwn, DurableNameFormat: 'NAA' }],
    IndicatorLED: machine.leds.get(disk.id) ?? 'Off',
    Status: OK,
    Links: { Volumes: volume ? links([`${storagePath(machine)}/Volumes/${volume.id}`]) : [] },
  });
}

function volumeBody(machine: Machine, volume: Volume): JsonObject {
  const path = storagePath(machine);
  return resource(`${path}/Volumes/${volume.id}`, 'Volume.v1_9_0.Volume', volume.id, volume.name, {
    CapacityBytes: volume.capacity,
    BlockSizeBytes: volume.disks[0]?.sectorSize ?? 512,
    RAIDType: volume.raidType,
    Encrypted: false,
    Identifiers: [],
    Status: OK,
    Links: { Drives: links(volume.disks.map(({ id }) => `${path}/Drives/${id}`)) },
    [APPLY_KEY.concat('Support')]: applyTimeSupport(),
  });
}

function applyTimeSupport(): JsonObject {
  return { '@odata.type': '#Settings.v1_3_5.OperationApplyTimeSupport', SupportedValues: [...APPLY_TIMES] };
}

function volumeOf(machine: Machine, call: RedfishCall): Volume {
  demandController(call);
  const volume = machine.volumes.get(call.params.volume ?? '');
  if (!volume) throw notFound(call.path);
  return volume;
}

function applyTime(body: JsonObject): (typeof APPLY_TIMES)[number] {
  return oneOf(body[APPLY_KEY] ?? 'Immediate', APPLY_TIMES, `#/${APPLY_KEY}`);
}

function createVolume(machine: Machine, call: RedfishCall): RedfishAnswer {
  demandController(call);
  const { RAIDType: raidType, CapacityBytes: capacity = null, Name: name = null } = call.body;
  if (raidType === undefined) throw new RedfishFault(400, 'PropertyMissing', ['RAIDType'], { related: ['#/RAIDType'] });
  if (!isRaidType(raidType))
    throw new RedfishFault(400, 'PropertyValueNotInList', [JSON.stringify(raidType), 'RAIDType'], { related: ['#/RAIDType'] });
  if (capacity !== null && typeof capacity !== 'number')
    throw new RedfishFault(400, 'PropertyValueTypeError', [JSON.stringify(capacity), 'CapacityBytes'], { related: ['#/CapacityBytes'] });
  const title = name === null ? null : text(name, '#/Name');
  const disks = namedDisks(machine, object(call.body.Links ?? null, '#/Links').Drives ?? null);
  const create = (): string => `${storagePath(machine)}/Volumes/${machine.volumes.create(raidType, disks, capacity, title).id}`;
  try {
    if (applyTime(call.body) === 'Immediate') {
      const path = create();
      machine.log.write('disk', `RAID volume ${path.split('/').pop()} created: ${raidType} of ${disks.map(({ id }) => id).join(', ')}`);
      return { status: 201, headers: { Location: path } };
    }
    machine.volumes.check(raidType, disks, capacity);
  } catch (error) {
    if (error instanceof VolumeRefused) throw new RedfishFault(400, 'GeneralError', [], { explanation: error.message });
    throw error;
  }
  return atNextStart(machine, call, `create a ${raidType} volume`, create);
}

function deleteVolume(machine: Machine, call: RedfishCall): RedfishAnswer | undefined {
  const { id } = volumeOf(machine, call);
  if (applyTime(call.body) === 'OnReset')
    return atNextStart(machine, call, `delete volume ${id}`, () => {
      machine.volumes.delete(id);
      return null;
    });
  machine.volumes.delete(id);
  machine.log.write('disk', `RAID volume ${id} deleted`);
  return undefined;
}

function atNextStart(machine: Machine, call: RedfishCall, title: string, work: () => string | null): RedfishAnswer {
  const task = machine.tasks.start(title, 'Pending');
  machine.onNextStart.push(() => {
    try {
      task.location = work();
      machine.tasks.end(task, 'Completed', 'The task has completed successfully.');
    } catch (error) {
      machine.tasks.end(task, 'Exception', messageOf(error));
    }
    machine.log.write('disk', `${title}: ${task.state}`);
  });
  return taskAnswer(task, call);
}

function namedDisks(machine: Machine, drives: Json): DiskPlan[] {
  const related = ['#/Links/Drives'];
  if (!Array.isArray(drives) || drives.length === 0) throw new RedfishFault(400, 'PropertyMissing', ['Links/Drives'], { related });
  const disks = drives.map((item) => {
    const path = isJsonObject(item) ? item['@odata.id'] : undefined;
    const disk = machine.plan.disks.find(({ id }) => path === `${storagePath(machine)}/Drives/${id}`);
    if (!disk) throw new RedfishFault(400, 'PropertyValueNotInList', [JSON.stringify(path ?? null), 'Links/Drives'], { related });
    return disk;
  });
  if (new Set(disks).size !== disks.length)
    throw new RedfishFault(400, 'GeneralError', [], { explanation: 'A drive is named twice.', related });
  return disks;
}

function simpleStorage(machine: Machine, call: RedfishCall): JsonObject {
  if (call.params.simple !== '1') throw notFound(call.path);
  return resource(call.path, 'SimpleStorage.v1_3_1.SimpleStorage', '1', 'Storage controller', {
    Status: OK,
    Devices: machine.plan.disks.map((disk) => ({
      Name: `Drive ${disk.id}`,
      Manufacturer: disk.vendor,
      Model: disk.model,
      CapacityBytes: disk.size,
      Status: OK,
    })),
  });
}

export const storageRoutes: readonly Route[] = [
  { path: PATH, get: (machine, call) => collection(call.path, 'StorageCollection', 'Storage', [storagePath(machine)]) },
  { path: `${PATH}/:storage`, get: storage },
  {
    path: `${PATH}/:storage/Controllers`,
    get(machine, call) {
      demandController(call);
      return collection(call.path, 'StorageControllerCollection', 'Controllers', [`${storagePath(machine)}/Controllers/1`]);
    },
  },
  { path: `${PATH}/:storage/Controllers/:controller`, get: controller },
  {
    path: `${PATH}/:storage/Drives/:drive`,
    get: driveBody,
    patch(machine, call) {
      const disk = diskOf(machine, call);
      applyPatch(call.body, driveBody(machine, call), {
        IndicatorLED: (value, pointer) => machine.leds.set(disk.id, oneOf(value, LED_STATES, pointer)),
      });
      return undefined;
    },
  },
  {
    path: `${PATH}/:storage/Volumes`,
    get(machine, call) {
      demandController(call);
      const members = machine.volumes.list().map(({ id }) => `${call.path}/${id}`);
      return collection(call.path, 'VolumeCollection', 'Volumes', members, { [APPLY_KEY.concat('Support')]: applyTimeSupport() });
    },
    post: createVolume,
  },
  {
    path: `${PATH}/:storage/Volumes/:volume`,
    get: (machine, call) => volumeBody(machine, volumeOf(machine, call)),
    delete: deleteVolume,
  },
  {
    path: `${ROOT}/Systems/:system/SimpleStorage`,
    get: (_, call) => collection(call.path, 'SimpleStorageCollection', 'Simple storage', [`${call.path}/1`]),
  },
  { path: `${ROOT}/Systems/:system/SimpleStorage/:simple`, get: simpleStorage },
];

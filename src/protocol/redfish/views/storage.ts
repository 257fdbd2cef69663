import type { Reader } from './reader.ts';
import { type Answer, type ResourceView, readResource, readStatus, type StatusView } from './resource.ts';

export interface DriveView extends ResourceView {
  readonly sizeBytes: number | null;
  readonly mediaType: string | null;
  readonly protocol: string | null;
  readonly serialNumber: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly revision: string | null;
  readonly status: StatusView;
}

export function parseDrive(answer: Answer): DriveView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    sizeBytes: reader.number('CapacityBytes'),
    mediaType: reader.text('MediaType'),
    protocol: reader.text('Protocol'),
    serialNumber: reader.text('SerialNumber'),
    manufacturer: reader.text('Manufacturer'),
    model: reader.text('Model'),
    revision: reader.text('Revision'),
    status: readStatus(reader),
  };
}

/** One controller inside a Storage resource. */
export interface StorageControllerView {
  readonly memberId: string | null;
  readonly name: string | null;
  readonly raidTypes: readonly string[] | null;
  readonly speedGbps: number | null;
  readonly controllerProtocols: readonly string[];
  readonly deviceProtocols: readonly string[];
  readonly status: StatusView;
}

export interface StorageView extends ResourceView {
  readonly drives: readonly string[];
  readonly volumes: string | null;
  readonly controllers: readonly StorageControllerView[];
}

export function parseStorage(answer: Answer): StorageView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    drives: reader.links('Drives'),
    volumes: reader.link('Volumes'),
    controllers: reader.objects('StorageControllers').map(readController),
  };
}

function readController(reader: Reader): StorageControllerView {
  return {
    memberId: reader.text('MemberId'),
    name: reader.text('Name'),
    raidTypes: reader.texts('SupportedRAIDTypes'),
    speedGbps: reader.number('SpeedGbps'),
    controllerProtocols: reader.texts('SupportedControllerProtocols') ?? [],
    deviceProtocols: reader.texts('SupportedDeviceProtocols') ?? [],
    status: readStatus(reader),
  };
}

export interface VolumeView extends ResourceView {
  readonly sizeBytes: number | null;
  readonly raidType: string | null;
}

export function parseVolume(answer: Answer): VolumeView {
  const { reader, view } = readResource(answer);
  return { ...view, sizeBytes: reader.number('CapacityBytes'), raidType: reader.text('RAIDType') };
}

/** One device of a SimpleStorage resource. */
export interface SimpleDeviceView {
  readonly name: string | null;
  readonly sizeBytes: number | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly status: StatusView;
}

export function parseSimpleStorage(answer: Answer): ResourceView & { readonly devices: readonly SimpleDeviceView[] } {
  const { reader, view } = readResource(answer);
  const devices = reader.objects('Devices').map((device) => ({
    name: device.text('Name'),
    sizeBytes: device.number('CapacityBytes'),
    manufacturer: device.text('Manufacturer'),
    model: device.text('Model'),
    status: readStatus(device),
  }));
  return { ...view, devices };
}

import { type Answer, type ResourceView, readResource, readStatus, type StatusView } from './resource.ts';

export interface ProcessorView extends ResourceView {
  readonly type: string | null;
  readonly model: string | null;
  readonly architecture: string | null;
  readonly instructionSet: string | null;
  readonly maxSpeedMhz: number | null;
  readonly cores: number | null;
  readonly threads: number | null;
  readonly status: StatusView;
}

export function parseProcessor(answer: Answer): ProcessorView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    type: reader.text('ProcessorType'),
    model: reader.text('Model'),
    architecture: reader.text('ProcessorArchitecture'),
    instructionSet: reader.text('InstructionSet'),
    maxSpeedMhz: reader.number('MaxSpeedMHz'),
    cores: reader.number('TotalCores'),
    threads: reader.number('TotalThreads'),
    status: readStatus(reader),
  };
}

export interface EthernetInterfaceView extends ResourceView {
  readonly macAddress: string | null;
  readonly permanentMacAddress: string | null;
  readonly speedMbps: number | null;
  readonly linkStatus: string | null;
  readonly status: StatusView;
}

export function parseEthernetInterface(answer: Answer): EthernetInterfaceView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    macAddress: reader.text('MACAddress'),
    permanentMacAddress: reader.text('PermanentMACAddress'),
    speedMbps: reader.number('SpeedMbps'),
    linkStatus: reader.text('LinkStatus'),
    status: readStatus(reader),
  };
}

export interface ManagerView extends ResourceView {
  readonly model: string | null;
  readonly firmwareVersion: string | null;
  readonly virtualMedia: string | null;
}

export function parseManager(answer: Answer): ManagerView {
  const { reader, view } = readResource(answer);
  return {
    ...view,
    model: reader.text('Model'),
    firmwareVersion: reader.text('FirmwareVersion'),
    virtualMedia: reader.link('VirtualMedia'),
  };
}

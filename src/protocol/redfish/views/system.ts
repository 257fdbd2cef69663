import type { Reader } from './reader.ts';
import { type Answer, type ResourceView, readResource, readStatus, type StatusView } from './resource.ts';

/** ResetType values of DSP8010 Resource that are of use here. */
export const RESET_TYPES = [
  'On',
  'ForceOn',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'PowerCycle',
  'PushPowerButton',
] as const;
export type ResetType = (typeof RESET_TYPES)[number];

export const BMC_POWER_STATES = ['On', 'Off', 'PoweringOn', 'PoweringOff', 'Paused'] as const;
export type BmcPowerState = (typeof BMC_POWER_STATES)[number];

/** `BootSourceOverrideTarget` values of use here. */
export const BOOT_TARGETS = ['None', 'Pxe', 'Floppy', 'Cd', 'UsbCd', 'Usb', 'Hdd', 'BiosSetup', 'UefiHttp', 'UefiTarget', 'Diags'] as const;
export type BootTarget = (typeof BOOT_TARGETS)[number];
export type BootEnabled = 'Once' | 'Continuous' | 'Disabled';
export type BmcBootMode = 'UEFI' | 'Legacy';

/** `Boot` of a system or of its settings resource. */
export interface BootView {
  readonly target: BootTarget | null;
  readonly enabled: BootEnabled | null;
  readonly mode: BmcBootMode | null;
  /** Null where the BMC does not tell: then anything may be tried. */
  readonly allowedTargets: readonly string[] | null;
  readonly allowedModes: readonly string[] | null;
  readonly httpBootUri: string | null;
  /** Names of the members that are there at all. */
  readonly members: readonly string[];
}

export interface SystemView extends ResourceView {
  readonly uuid: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly sku: string | null;
  readonly biosVersion: string | null;
  readonly powerState: BmcPowerState | null;
  readonly status: StatusView;
  readonly boot: BootView;
  /** `BootProgress.LastState`. */
  readonly bootProgress: string | null;
  readonly resetTarget: string | null;
  /** Null where the BMC does not tell. */
  readonly resetTypes: readonly string[] | null;
  readonly memoryGib: number | null;
  readonly processorCount: number | null;
  readonly processorModel: string | null;
  readonly indicator: string | null;
  readonly links: {
    readonly managers: readonly string[];
    readonly chassis: readonly string[];
    readonly bios: string | null;
    readonly secureBoot: string | null;
    readonly processors: string | null;
    readonly memory: string | null;
    readonly storage: string | null;
    readonly simpleStorage: string | null;
    readonly ethernetInterfaces: string | null;
    readonly virtualMedia: string | null;
    /** Where changes for the next boot go, when they do not go to the system itself. */
    readonly settings: string | null;
  };
}

/** Reads a ComputerSystem; what is absent or senseless is null and noted in `problems`. */
export function parseSystem(answer: Answer): SystemView {
  const { reader, view } = readResource(answer);
  const reset = reader.object('Actions').object('#ComputerSystem.Reset');
  const links = reader.object('Links');
  const managedBy = links.links('ManagedBy');
  return {
    ...view,
    uuid: reader.text('UUID'),
    manufacturer: reader.text('Manufacturer'),
    model: reader.text('Model'),
    serialNumber: reader.text('SerialNumber'),
    sku: reader.text('SKU'),
    biosVersion: reader.text('BiosVersion'),
    powerState: reader.oneOf('PowerState', BMC_POWER_STATES),
    status: readStatus(reader),
    boot: readBoot(reader),
    bootProgress: reader.object('BootProgress').text('LastState'),
    resetTarget: reset.text('target'),
    resetTypes: reset.texts('ResetType@Redfish.AllowableValues'),
    memoryGib: reader.object('MemorySummary').number('TotalSystemMemoryGiB'),
    processorCount: reader.object('ProcessorSummary').number('Count'),
    processorModel: reader.object('ProcessorSummary').text('Model'),
    indicator: reader.text('IndicatorLED'),
    links: {
      managers: managedBy.length > 0 ? managedBy : links.links('Managers'),
      chassis: links.links('Chassis'),
      bios: reader.link('Bios'),
      secureBoot: reader.link('SecureBoot'),
      processors: reader.link('Processors'),
      memory: reader.link('Memory'),
      storage: reader.link('Storage'),
      simpleStorage: reader.link('SimpleStorage'),
      ethernetInterfaces: reader.link('EthernetInterfaces'),
      virtualMedia: reader.link('VirtualMedia'),
      settings: reader.object('@Redfish.Settings').link('SettingsObject'),
    },
  };
}

/** Reads the `Boot` member of a system's settings resource. */
export function parseBoot(answer: Answer): BootView {
  return readBoot(readResource(answer).reader);
}

function readBoot(reader: Reader): BootView {
  const boot = reader.object('Boot');
  return {
    target: boot.oneOf('BootSourceOverrideTarget', BOOT_TARGETS),
    enabled: boot.oneOf('BootSourceOverrideEnabled', ['Once', 'Continuous', 'Disabled']),
    mode: boot.oneOf('BootSourceOverrideMode', ['UEFI', 'Legacy']),
    allowedTargets: boot.texts('BootSourceOverrideTarget@Redfish.AllowableValues'),
    allowedModes: boot.texts('BootSourceOverrideMode@Redfish.AllowableValues'),
    httpBootUri: boot.text('HttpBootUri'),
    members: boot.keys(),
  };
}

import type { BootDevice, BootMode } from '../../model/node.ts';
import type { BmcBootMode, BootTarget } from '../../protocol/redfish/views/system.ts';

const TARGETS: Readonly<Partial<Record<BootDevice, BootTarget>>> = {
  pxe: 'Pxe',
  disk: 'Hdd',
  cdrom: 'Cd',
  bios: 'BiosSetup',
  uefihttp: 'UefiHttp',
};

/** Boot devices that have a Redfish name. */
export const REDFISH_BOOT_DEVICES: readonly BootDevice[] = ['pxe', 'disk', 'cdrom', 'bios', 'uefihttp'];

/** The Redfish name of a boot device, or null. */
export function redfishTargetOf(device: string): BootTarget | null {
  const known = REDFISH_BOOT_DEVICES.find((each) => each === device);
  return known === undefined ? null : (TARGETS[known] ?? null);
}

/** The boot device with a Redfish name, or null. */
export function bootDeviceOf(target: BootTarget | null): BootDevice | null {
  if (target === 'UsbCd') return 'cdrom';
  return REDFISH_BOOT_DEVICES.find((device) => TARGETS[device] === target) ?? null;
}

export function bootModeOf(mode: BmcBootMode | null): BootMode | null {
  if (mode === null) return null;
  return mode === 'UEFI' ? 'uefi' : 'bios';
}

export function redfishModeOf(mode: BootMode): BmcBootMode {
  return mode === 'uefi' ? 'UEFI' : 'Legacy';
}

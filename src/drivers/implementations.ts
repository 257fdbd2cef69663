import type { InterfaceKind } from '../model/interface-kind.ts';
import { createFakeBios } from './bios/fake.ts';
import { createNoBios } from './bios/no-bios.ts';
import { createFakeBoot } from './boot/fake.ts';
import { createRedfishVirtualMediaBoot } from './boot/redfish-virtual-media.ts';
import { createFakeConsole } from './console/fake.ts';
import { createNoConsole } from './console/no-console.ts';
import { createDirectDeploy } from './deploy/direct.ts';
import { createFakeDeploy } from './deploy/fake.ts';
import { createNoopDeploy } from './deploy/noop.ts';
import type { HardwareType, InterfaceOfKind } from './driver.ts';
import type { DriverDeps } from './driver-deps.ts';
import { createFakeFirmware } from './firmware/fake.ts';
import { createNoFirmware } from './firmware/no-firmware.ts';
import { fakeHardware } from './hardware-types/fake-hardware.ts';
import { manualManagement } from './hardware-types/manual-management.ts';
import { redfish } from './hardware-types/redfish.ts';
import { createAgentInspect } from './inspect/agent.ts';
import { createFakeInspect } from './inspect/fake.ts';
import { createNoInspect } from './inspect/no-inspect.ts';
import { createRedfishInspect } from './inspect/redfish.ts';
import { createFakeManagement } from './management/fake.ts';
import { createNoopManagement } from './management/noop.ts';
import { createRedfishManagement } from './management/redfish.ts';
import { createNoopNetwork } from './network/noop.ts';
import { createFakePower } from './power/fake.ts';
import { createRedfishPower } from './power/redfish.ts';
import { createFakeRaid } from './raid/fake.ts';
import { createNoRaid } from './raid/no-raid.ts';
import { createFakeRescue } from './rescue/fake.ts';
import { createNoRescue } from './rescue/no-rescue.ts';
import { createFakeStorage } from './storage/fake.ts';
import { createNoopStorage } from './storage/noop.ts';
import { createFakeVendor } from './vendor/fake.ts';
import { createNoVendor } from './vendor/no-vendor.ts';
import { createRedfishVendor } from './vendor/redfish.ts';

/** How each implementation is made, by kind and name. */
export type Factories = {
  readonly [K in InterfaceKind]: Readonly<Record<string, (deps: DriverDeps) => InterfaceOfKind[K]>>;
};

/** Everything that is built, by the names that ironic.conf uses. */
export const FACTORIES: Factories = {
  boot: { fake: createFakeBoot, 'redfish-virtual-media': createRedfishVirtualMediaBoot },
  deploy: { direct: createDirectDeploy, fake: createFakeDeploy, noop: createNoopDeploy },
  management: { fake: createFakeManagement, noop: createNoopManagement, redfish: createRedfishManagement },
  network: { noop: createNoopNetwork },
  power: { fake: createFakePower, redfish: createRedfishPower },
  bios: { fake: createFakeBios, 'no-bios': createNoBios },
  console: { fake: createFakeConsole, 'no-console': createNoConsole },
  firmware: { fake: createFakeFirmware, 'no-firmware': createNoFirmware },
  inspect: { agent: createAgentInspect, fake: createFakeInspect, 'no-inspect': createNoInspect, redfish: createRedfishInspect },
  raid: { fake: createFakeRaid, 'no-raid': createNoRaid },
  rescue: { fake: createFakeRescue, 'no-rescue': createNoRescue },
  storage: { fake: createFakeStorage, noop: createNoopStorage },
  vendor: { fake: createFakeVendor, 'no-vendor': createNoVendor, redfish: createRedfishVendor },
};

/** Hardware types that are built. */
export const HARDWARE_TYPES: readonly HardwareType[] = [redfish, manualManagement, fakeHardware];

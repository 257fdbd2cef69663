import type { CallOptions } from '../access/bmc-connection.ts';
import {
  type EthernetInterfaceView,
  type ManagerView,
  type ProcessorView,
  parseEthernetInterface,
  parseManager,
  parseProcessor,
} from '../views/hardware.ts';
import {
  type DriveView,
  parseDrive,
  parseSimpleStorage,
  parseStorage,
  parseVolume,
  type SimpleDeviceView,
  type StorageView,
  type VolumeView,
} from '../views/storage.ts';
import { follow, type OperationContext, readMembers } from './operation-context.ts';

/** One storage with what hangs on it. */
export interface StorageWithDrives {
  readonly storage: StorageView;
  readonly drives: readonly DriveView[];
  readonly volumes: readonly VolumeView[];
}

/** Empty where the BMC has no such collection. */
export async function getProcessors(context: OperationContext, options?: CallOptions): Promise<ProcessorView[]> {
  const { path, links } = await context.recentSystem(options);
  return links.processors === null ? [] : readMembers(context, follow(context, path, links.processors), parseProcessor, options);
}

/** Null where the BMC has no such collection (Cisco UCS). */
export async function getEthernetInterfaces(context: OperationContext, options?: CallOptions): Promise<EthernetInterfaceView[] | null> {
  const { path, links } = await context.recentSystem(options);
  if (links.ethernetInterfaces === null) return null;
  return readMembers(context, follow(context, path, links.ethernetInterfaces), parseEthernetInterface, options);
}

/** Empty where the BMC has no such collection. */
export async function getStorage(context: OperationContext, options?: CallOptions): Promise<StorageWithDrives[]> {
  const { path, links } = await context.recentSystem(options);
  if (links.storage === null) return [];
  const all: StorageWithDrives[] = [];
  for (const storage of await readMembers(context, follow(context, path, links.storage), parseStorage, options)) {
    const drives: DriveView[] = [];
    for (const link of storage.drives) drives.push(parseDrive(await context.connection.get(follow(context, storage.path, link), options)));
    const volumes =
      storage.volumes === null ? [] : await readMembers(context, follow(context, storage.path, storage.volumes), parseVolume, options);
    all.push({ storage, drives, volumes });
  }
  return all;
}

/** Devices of all SimpleStorage resources; empty where the BMC has none. */
export async function getSimpleStorage(context: OperationContext, options?: CallOptions): Promise<SimpleDeviceView[]> {
  const { path, links } = await context.recentSystem(options);
  if (links.simpleStorage === null) return [];
  const found = await readMembers(context, follow(context, path, links.simpleStorage), parseSimpleStorage, options);
  return found.flatMap((resource) => [...resource.devices]);
}

/** The managers of the system. */
export async function getManagers(context: OperationContext, options?: CallOptions): Promise<ManagerView[]> {
  const { path, links } = await context.recentSystem(options);
  const found: ManagerView[] = [];
  for (const link of links.managers) found.push(parseManager(await context.connection.get(follow(context, path, link), options)));
  return found;
}

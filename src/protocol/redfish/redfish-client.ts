import type { CallOptions } from './access/bmc-connection.ts';
import type { BootOverride } from './operations/boot-override.ts';
import type { StorageWithDrives } from './operations/inventory.ts';
import type { MediaInsertion, MediaType } from './operations/virtual-media.ts';
import type { RedfishTarget } from './redfish-target.ts';
import type { BiosValue, BiosView, SecureBootView } from './views/bios.ts';
import type { EthernetInterfaceView, ManagerView, ProcessorView } from './views/hardware.ts';
import type { ServiceRootView } from './views/service-root.ts';
import type { SimpleDeviceView } from './views/storage.ts';
import type { BmcBootMode, ResetType, SystemView } from './views/system.ts';
import type { TaskView } from './views/task.ts';
import type { VirtualMediaView } from './views/virtual-media.ts';

/**
 * What can be asked of one system behind one BMC. Every call throws `RedfishError`, or the signal's reason when it is aborted. Requests
 * to one BMC go out one at a time.
 *
 * @example
 * const client = pool.get(target);
 * if ((await client.getSystem()).powerState === 'Off') await client.reset('On');
 */
export interface RedfishClient {
  /** Host of the BMC (with its port where it is unusual), for messages. */
  readonly bmc: string;
  getServiceRoot(options?: CallOptions): Promise<ServiceRootView>;
  getSystem(options?: CallOptions): Promise<SystemView>;
  /** As read within the last 3 s, unless something was written since: several questions about one machine cost one request. */
  getRecentSystem(options?: CallOptions): Promise<SystemView>;
  /** Returns when the BMC has taken the request. Never sent again once it may have been taken, unless the state shows that it was not. */
  reset(type: ResetType, options?: CallOptions): Promise<void>;
  setBootOverride(override: BootOverride, options?: CallOptions): Promise<void>;
  setBootMode(mode: BmcBootMode, options?: CallOptions): Promise<void>;
  getSecureBoot(options?: CallOptions): Promise<SecureBootView>;
  setSecureBoot(on: boolean, options?: CallOptions): Promise<void>;
  /** Drives into which media are inserted: the system's, or where it has none its managers'. */
  listVirtualMedia(options?: CallOptions): Promise<VirtualMediaView[]>;
  /** Ejects what is in drives of the kind, then inserts into the first that takes it; answers its path. */
  insertVirtualMedia(type: MediaType, media: MediaInsertion, options?: CallOptions): Promise<string>;
  /** Ejects from all drives of the kinds, or from all; nothing inserted is no error. */
  ejectVirtualMedia(types?: readonly MediaType[], options?: CallOptions): Promise<void>;
  getBios(options?: CallOptions): Promise<BiosView>;
  setBiosAttributes(attributes: Readonly<Record<string, BiosValue>>, options?: CallOptions): Promise<void>;
  resetBios(options?: CallOptions): Promise<void>;
  getProcessors(options?: CallOptions): Promise<ProcessorView[]>;
  /** Null where the BMC does not list them. */
  getEthernetInterfaces(options?: CallOptions): Promise<EthernetInterfaceView[] | null>;
  getStorage(options?: CallOptions): Promise<StorageWithDrives[]>;
  getSimpleStorage(options?: CallOptions): Promise<SimpleDeviceView[]>;
  getManagers(options?: CallOptions): Promise<ManagerView[]>;
  setIndicator(state: 'Lit' | 'Off' | 'Blinking', options?: CallOptions): Promise<void>;
  getTask(path: string, options?: CallOptions): Promise<TaskView>;
}

/** Clients by BMC, with their kept connections and sessions. */
export interface RedfishPool {
  /** Never talks to the BMC by itself. Equal targets share queue, session and breaker; a system more or less makes no difference. */
  get(target: RedfishTarget): RedfishClient;
  /** Deletes sessions at the BMCs and closes connections. */
  close(): Promise<void>;
}

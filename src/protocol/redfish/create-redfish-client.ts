import type { BmcConnection, CallOptions } from './access/bmc-connection.ts';
import type { RedfishClock } from './access/redfish-clock.ts';
import { getBios, getSecureBoot, resetBios, setBiosAttributes, setSecureBoot } from './operations/bios.ts';
import { setBootMode, setBootOverride } from './operations/boot-override.ts';
import { findSystem } from './operations/find-system.ts';
import { getEthernetInterfaces, getManagers, getProcessors, getSimpleStorage, getStorage } from './operations/inventory.ts';
import { follow, type OperationContext } from './operations/operation-context.ts';
import { type ResetLimits, reset } from './operations/reset.ts';
import { ejectVirtualMedia, insertVirtualMedia, listVirtualMedia } from './operations/virtual-media.ts';
import type { RedfishClient } from './redfish-client.ts';
import { isRedfishError } from './redfish-error.ts';
import type { RedfishTarget } from './redfish-target.ts';
import { parseServiceRoot } from './views/service-root.ts';
import { parseSystem, type SystemView } from './views/system.ts';
import { parseTask } from './views/task.ts';

/** What is kept for a BMC. */
export interface Kept {
  readonly connection: BmcConnection;
  /** Remembers which system is the only one, across clients of a BMC. */
  readonly onlySystem: { path: string | null };
  /** Systems as last read, by path. */
  readonly lastRead: Map<string, { view: SystemView; at: number; writes: number }>;
}

/** What was read this long ago still counts as recent. Milliseconds. */
const RECENT_MS = 3000;

/**
 * A client for one system on a connection that others may share. @param parts.kept asked before every request, so that a client may
 * outlive a connection.
 */
export function createRedfishClient(parts: {
  kept: () => Kept;
  target: RedfishTarget;
  clock: RedfishClock;
  limits: ResetLimits;
}): RedfishClient {
  const { kept, target, clock, limits } = parts;

  async function systemPath(options?: CallOptions): Promise<string> {
    const { connection, onlySystem } = kept();
    if (target.systemId !== null) return findSystem(connection, target, options);
    onlySystem.path ??= await findSystem(connection, target, options);
    return onlySystem.path;
  }
  async function getSystem(options?: CallOptions): Promise<SystemView> {
    const path = await systemPath(options);
    const { connection, lastRead } = kept();
    const { writes } = connection;
    try {
      const view = parseSystem(await connection.get(path, options));
      lastRead.set(path, { view, at: clock.now(), writes });
      return view;
    } catch (error) {
      // The machine behind the BMC may have been exchanged: look for it anew next time.
      if (isRedfishError(error, 'not-found')) kept().onlySystem.path = null;
      throw error;
    }
  }

  async function getRecentSystem(options?: CallOptions): Promise<SystemView> {
    const { connection, lastRead } = kept();
    const last = lastRead.get(await systemPath(options));
    const recent = last !== undefined && last.writes === connection.writes && clock.now() - last.at <= RECENT_MS;
    return recent ? last.view : getSystem(options);
  }

  const context: OperationContext = {
    get connection() {
      return kept().connection;
    },
    target,
    clock,
    systemPath,
    system: getSystem,
    recentSystem: getRecentSystem,
  };

  return {
    bmc: new URL(target.address).host,
    getSystem,
    getRecentSystem,
    getServiceRoot: async (options) => parseServiceRoot(await context.connection.get(context.connection.rootPath, options)),
    reset: (type, options) => reset(context, type, limits, options),
    setBootOverride: (override, options) => setBootOverride(context, override, options),
    setBootMode: (mode, options) => setBootMode(context, mode, options),
    getSecureBoot: (options) => getSecureBoot(context, options),
    setSecureBoot: (on, options) => setSecureBoot(context, on, options),
    listVirtualMedia: (options) => listVirtualMedia(context, false, options),
    insertVirtualMedia: (type, media, options) => insertVirtualMedia(context, type, media, options),
    ejectVirtualMedia: (types, options) => ejectVirtualMedia(context, types, options),
    getBios: (options) => getBios(context, options),
    setBiosAttributes: (attributes, options) => setBiosAttributes(context, attributes, options),
    resetBios: (options) => resetBios(context, options),
    getProcessors: (options) => getProcessors(context, options),
    getEthernetInterfaces: (options) => getEthernetInterfaces(context, options),
    getStorage: (options) => getStorage(context, options),
    getSimpleStorage: (options) => getSimpleStorage(context, options),
    getManagers: (options) => getManagers(context, options),
    async setIndicator(state, options) {
      const system = await getSystem(options);
      await context.connection.patch(system.path, { IndicatorLED: state }, system.etag, options);
    },
    getTask: async (path, options) => parseTask(await context.connection.get(follow(context, context.connection.rootPath, path), options)),
  };
}

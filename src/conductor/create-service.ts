import { WroughtError } from '../model/errors.ts';
import { continueInspection } from './agent/continue-inspection.ts';
import { heartbeat } from './agent/heartbeat.ts';
import { lookup } from './agent/lookup.ts';
import { createAllocation } from './allocations/create-allocation.ts';
import { destroyAllocation } from './allocations/destroy-allocation.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { ConductorService } from './conductor-service.ts';
import { driverProperties, driverSummaries, logicalDiskProperties } from './driver-summaries.ts';
import {
  getBootDevice,
  injectNmi,
  setBootDevice,
  setBootMode,
  setSecureBoot,
  setTargetRaidConfig,
  supportedBootDevices,
} from './node/boot-settings.ts';
import { getConsole, setConsole } from './node/console.ts';
import { createNode } from './node/create-node.ts';
import { destroyNode } from './node/destroy-node.ts';
import { destroyPortgroup, updatePortgroup } from './node/portgroups.ts';
import { createPort, destroyPort, updatePort } from './node/ports.ts';
import { setMaintenance } from './node/set-maintenance.ts';
import { setTraits } from './node/set-traits.ts';
import { updateNode } from './node/update-node.ts';
import { validateNode } from './node/validate-node.ts';
import { vendorMethods, vendorPassthru } from './node/vendor-passthru.ts';
import { vifAttach, vifDetach, vifList } from './node/vifs.ts';
import { destroyVolume, updateVolumeConnector, updateVolumeTarget } from './node/volumes.ts';
import { changePower } from './power/change-power.ts';
import { recoverOnRequest } from './recovery/recover-on-request.ts';
import { provision } from './verbs/provision.ts';

/** The conductor as the API sees it. @param isStopping from then on every request is refused with TEMPORARY_FAILURE. */
export function createService(context: ConductorContext, isStopping: () => boolean): ConductorService {
  /** The context, for requests that are still taken. */
  const open = (): ConductorContext => {
    if (isStopping()) throw new WroughtError('TEMPORARY_FAILURE', `Conductor ${context.hostname} is stopping; try again in a moment.`);
    return context;
  };
  return {
    createNode: async (_request, values) => createNode(open(), values),
    updateNode: async (request, uuid, patch, options) => updateNode(open(), request, uuid, patch, options),
    destroyNode: async (request, uuid) => destroyNode(open(), request, uuid),
    setMaintenance: async (request, uuid, on, reason) => setMaintenance(open(), request, uuid, on, reason),
    setTraits: async (request, uuid, change) => setTraits(open(), request, uuid, change),
    provision: async (request, uuid, body) => provision(open(), request, uuid, body),
    changePower: async (request, uuid, target, timeout) => changePower(open(), request, uuid, target, timeout),
    setBootMode: async (request, uuid, mode) => setBootMode(open(), request, uuid, mode),
    setSecureBoot: async (request, uuid, on) => setSecureBoot(open(), request, uuid, on),
    validate: async (request, uuid) => validateNode(open(), request, uuid),
    getBootDevice: async (request, uuid) => getBootDevice(open(), request, uuid),
    setBootDevice: async (request, uuid, device, persistent) => setBootDevice(open(), request, uuid, device, persistent),
    supportedBootDevices: async (request, uuid) => supportedBootDevices(open(), request, uuid),
    injectNmi: async (request, uuid) => injectNmi(open(), request, uuid),
    setTargetRaidConfig: async (request, uuid, config) => setTargetRaidConfig(open(), request, uuid, config),
    vifList: async (request, uuid) => vifList(open(), request, uuid),
    vifAttach: async (request, uuid, vif) => vifAttach(open(), request, uuid, vif),
    vifDetach: async (request, uuid, vifId) => vifDetach(open(), request, uuid, vifId),
    createPort: async (_request, values) => createPort(open(), values),
    updatePort: async (request, uuid, patch, options) => updatePort(open(), request, uuid, patch, options),
    destroyPort: async (request, uuid) => destroyPort(open(), request, uuid),
    updatePortgroup: async (request, uuid, patch, options) => updatePortgroup(open(), request, uuid, patch, options),
    destroyPortgroup: async (request, uuid) => destroyPortgroup(open(), request, uuid),
    createAllocation: async (request, values, nodeUuid) => createAllocation(open(), request, values, nodeUuid),
    destroyAllocation: async (request, uuid) => destroyAllocation(open(), request, uuid),
    updateVolumeConnector: async (request, uuid, patch) => updateVolumeConnector(open(), request, uuid, patch),
    updateVolumeTarget: async (request, uuid, patch) => updateVolumeTarget(open(), request, uuid, patch),
    destroyVolume: async (request, kind, uuid) => destroyVolume(open(), request, kind, uuid),
    vendorMethods: async (request, uuid) => vendorMethods(open(), request, uuid),
    vendorPassthru: async (request, uuid, call) => vendorPassthru(open(), request, uuid, call),
    getConsole: async (request, uuid) => getConsole(open(), request, uuid),
    setConsole: async (request, uuid, on) => setConsole(open(), request, uuid, on),
    lookup: async (_request, query) => lookup(open(), query),
    heartbeat: async (_request, uuid, beat) => heartbeat(open(), uuid, beat),
    continueInspection: async (request, query, data) => continueInspection(open(), request, query, data),
    driverProperties: async (_request, driver) => driverProperties(open(), driver),
    logicalDiskProperties: async (_request, driver) => logicalDiskProperties(open(), driver),
    recover: async (_request, uuid, confirm) => recoverOnRequest(open(), uuid, confirm),
    conductorOf: (node) => context.membership.conductorOf(node),
    drivers: async () => driverSummaries(open()),
  };
}

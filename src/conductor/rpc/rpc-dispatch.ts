import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { ConductorService, RequestContext } from '../conductor-service.ts';
import { RPC_METHODS, type RpcMethod } from './rpc-methods.ts';

/** Parameters that do not have the form of their method. */
export class BadParameters extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadParameters';
  }
}

type Handler = (service: ConductorService, context: RequestContext, value: unknown) => Promise<unknown>;

/** @throws BadParameters that names the place, never the value: it may be a secret. */
export function checked<S extends TSchema>(schema: S, value: unknown, what: string): Static<S> {
  if (Value.Check(schema, value)) return value;
  const first = Value.Errors(schema, value).First();
  throw new BadParameters(`${what}${first?.path ?? ''}: ${first?.message ?? 'not of the expected form'}`);
}

function handler<S extends TSchema>(
  { params }: { readonly params: S },
  call: (service: ConductorService, context: RequestContext, given: Static<S>) => Promise<unknown>,
): Handler {
  return (service, context, value) => call(service, context, checked(params, value, 'params'));
}

const M = RPC_METHODS;

/** How each method of the list is carried out. A handler throws BadParameters before it calls anything. */
export const RPC_HANDLERS: Readonly<Record<RpcMethod, Handler>> = {
  createNode: handler(M.createNode, (service, context, p) => service.createNode(context, p.values)),
  updateNode: handler(M.updateNode, (service, context, p) => service.updateNode(context, p.uuid, p.patch, p.options ?? {})),
  destroyNode: handler(M.destroyNode, (service, context, p) => service.destroyNode(context, p.uuid)),
  setMaintenance: handler(M.setMaintenance, (service, context, p) => service.setMaintenance(context, p.uuid, p.on, p.reason)),
  setTraits: handler(M.setTraits, (service, context, p) => service.setTraits(context, p.uuid, p.change)),
  provision: handler(M.provision, (service, context, p) => service.provision(context, p.uuid, p.request)),
  changePower: handler(M.changePower, (service, context, p) => service.changePower(context, p.uuid, p.target, p.timeoutSeconds)),
  setBootMode: handler(M.setBootMode, (service, context, p) => service.setBootMode(context, p.uuid, p.mode)),
  setSecureBoot: handler(M.setSecureBoot, (service, context, p) => service.setSecureBoot(context, p.uuid, p.on)),
  validate: handler(M.validate, (service, context, p) => service.validate(context, p.uuid)),
  getBootDevice: handler(M.getBootDevice, (service, context, p) => service.getBootDevice(context, p.uuid)),
  setBootDevice: handler(M.setBootDevice, (service, context, p) => service.setBootDevice(context, p.uuid, p.device, p.persistent)),
  supportedBootDevices: handler(M.supportedBootDevices, (service, context, p) => service.supportedBootDevices(context, p.uuid)),
  injectNmi: handler(M.injectNmi, (service, context, p) => service.injectNmi(context, p.uuid)),
  setTargetRaidConfig: handler(M.setTargetRaidConfig, (service, context, p) => service.setTargetRaidConfig(context, p.uuid, p.config)),
  vifList: handler(M.vifList, (service, context, p) => service.vifList(context, p.uuid)),
  vifAttach: handler(M.vifAttach, (service, context, p) => service.vifAttach(context, p.uuid, p.vif)),
  vifDetach: handler(M.vifDetach, (service, context, p) => service.vifDetach(context, p.uuid, p.vifId)),
  createPort: handler(M.createPort, (service, context, p) => service.createPort(context, p.values)),
  updatePort: handler(M.updatePort, (service, context, p) => service.updatePort(context, p.uuid, p.patch, p.options ?? {})),
  destroyPort: handler(M.destroyPort, (service, context, p) => service.destroyPort(context, p.uuid)),
  updatePortgroup: handler(M.updatePortgroup, (service, context, p) => service.updatePortgroup(context, p.uuid, p.patch, p.options ?? {})),
  destroyPortgroup: handler(M.destroyPortgroup, (service, context, p) => service.destroyPortgroup(context, p.uuid)),
  createAllocation: handler(M.createAllocation, (service, context, p) => service.createAllocation(context, p.values, p.nodeUuid)),
  destroyAllocation: handler(M.destroyAllocation, (service, context, p) => service.destroyAllocation(context, p.uuid)),
  updateVolumeConnector: handler(M.updateVolumeConnector, (service, context, p) => service.updateVolumeConnector(context, p.uuid, p.patch)),
  updateVolumeTarget: handler(M.updateVolumeTarget, (service, context, p) => service.updateVolumeTarget(context, p.uuid, p.patch)),
  destroyVolume: handler(M.destroyVolume, (service, context, p) => service.destroyVolume(context, p.kind, p.uuid)),
  vendorMethods: handler(M.vendorMethods, (service, context, p) => service.vendorMethods(context, p.uuid)),
  vendorPassthru: handler(M.vendorPassthru, (service, context, p) => service.vendorPassthru(context, p.uuid, p.call)),
  getConsole: handler(M.getConsole, (service, context, p) => service.getConsole(context, p.uuid)),
  setConsole: handler(M.setConsole, (service, context, p) => service.setConsole(context, p.uuid, p.on)),
  lookup: handler(M.lookup, (service, context, p) => service.lookup(context, p.query)),
  heartbeat: handler(M.heartbeat, (service, context, p) => service.heartbeat(context, p.uuid, p.heartbeat)),
  continueInspection: handler(M.continueInspection, (service, context, p) => service.continueInspection(context, p.query, p.data)),
  driverProperties: handler(M.driverProperties, (service, context, p) => service.driverProperties(context, p.driver)),
  logicalDiskProperties: handler(M.logicalDiskProperties, (service, context, p) => service.logicalDiskProperties(context, p.driver)),
  recover: handler(M.recover, (service, context, p) => service.recover(context, p.uuid, p.confirm)),
  drivers: handler(M.drivers, (service) => service.drivers()),
};

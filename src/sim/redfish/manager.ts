import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import { seeded } from '../machine/seeded.ts';
import { applyPatch, onlyParameters, parameterOf, text } from './read-body.ts';
import { RedfishFault } from './redfish-fault.ts';
import { CHASSIS, collection, link, links, MANAGER, OK, ROOT, redfishTime, resource, systemPath } from './resource.ts';
import type { Route } from './route.ts';

const RESET = 'Manager.Reset';
const RESET_TYPES = ['GracefulRestart', 'ForceRestart'] as const;
/** How long a restarted BMC is away, unless a fault says otherwise, in milliseconds. */
const RESTART_OUTAGE_MS = 500;

function manager(machine: Machine): JsonObject {
  return resource(MANAGER, 'Manager.v1_18_0.Manager', 'BMC', 'Manager', {
    Description: 'Simulated BMC',
    ManagerType: 'BMC',
    UUID: seeded(machine.plan.uuid).uuid('manager'),
    Manufacturer: machine.plan.manufacturer,
    Model: 'WS-BMC',
    FirmwareVersion: machine.versions.bmc,
    DateTime: redfishTime(machine.clock.now() + machine.bmcClock.aheadMs),
    DateTimeLocalOffset: machine.bmcClock.offset,
    PowerState: 'On',
    ServiceEntryPointUUID: machine.plan.uuid,
    Status: OK,
    GraphicalConsole: { ServiceEnabled: false, MaxConcurrentSessions: 0, ConnectTypesSupported: [] },
    SerialConsole: { ServiceEnabled: false, MaxConcurrentSessions: 0, ConnectTypesSupported: [] },
    CommandShell: { ServiceEnabled: false, MaxConcurrentSessions: 0, ConnectTypesSupported: [] },
    EthernetInterfaces: link(`${MANAGER}/EthernetInterfaces`),
    VirtualMedia: link(`${MANAGER}/VirtualMedia`),
    LogServices: link(`${MANAGER}/LogServices`),
    Links: {
      ManagerForServers: links([systemPath(machine)]),
      ManagerForChassis: links([CHASSIS]),
      ManagerInChassis: link(CHASSIS),
    },
    Actions: { '#Manager.Reset': { target: `${MANAGER}/Actions/${RESET}`, 'ResetType@Redfish.AllowableValues': [...RESET_TYPES] } },
  });
}

export const managerRoutes: readonly Route[] = [
  { path: `${ROOT}/Managers`, get: () => collection(`${ROOT}/Managers`, 'ManagerCollection', 'Managers', [MANAGER]) },
  {
    path: MANAGER,
    get: manager,
    patch(machine, call) {
      applyPatch(call.body, manager(machine), {
        DateTime: (value, pointer) => {
          const at = Date.parse(text(value, pointer));
          if (Number.isNaN(at))
            throw new RedfishFault(400, 'PropertyValueOutOfRange', [JSON.stringify(value), 'DateTime'], { related: [pointer] });
          machine.bmcClock.aheadMs = at - machine.clock.now();
        },
        DateTimeLocalOffset: (value, pointer) => {
          const offset = text(value, pointer);
          if (!/^([-+][01]\d:[0-5]\d|Z)$/.test(offset))
            throw new RedfishFault(400, 'PropertyValueOutOfRange', [JSON.stringify(value), 'DateTimeLocalOffset'], { related: [pointer] });
          machine.bmcClock.offset = offset;
        },
      });
      return undefined;
    },
  },
  {
    path: `${MANAGER}/Actions/${RESET}`,
    post(machine, call) {
      onlyParameters(call.body, RESET, ['ResetType']);
      const type = call.body.ResetType === undefined ? 'ForceRestart' : parameterOf(call.body, RESET, 'ResetType', RESET_TYPES);
      machine.log.write('bmc', `BMC reset requested: ${type}`);
      // The answer goes out before the BMC does.
      machine.clock.after(0, () => machine.restartBmc(RESTART_OUTAGE_MS));
      return undefined;
    },
  },
  {
    path: `${MANAGER}/EthernetInterfaces`,
    get: (_, call) => collection(call.path, 'EthernetInterfaceCollection', 'Network interfaces', [`${call.path}/1`]),
  },
  {
    path: `${MANAGER}/EthernetInterfaces/1`,
    get: (machine, call) =>
      resource(call.path, 'EthernetInterface.v1_9_0.EthernetInterface', '1', 'BMC network interface', {
        MACAddress: machine.plan.bmcMac.toUpperCase(),
        PermanentMACAddress: machine.plan.bmcMac.toUpperCase(),
        SpeedMbps: 1000,
        LinkStatus: 'LinkUp',
        HostName: `bmc-${machine.plan.name}`,
        Status: OK,
      }),
  },
];

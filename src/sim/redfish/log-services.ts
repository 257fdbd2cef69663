import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import type { RackEvent } from '../machine/machine-log.ts';
import { notFound } from './redfish-fault.ts';
import { collection, link, MANAGER, OK, ROOT, redfishTime, resource } from './resource.ts';
import type { RedfishCall, Route } from './route.ts';

const CLEAR = 'LogService.ClearLog';

interface LogKind {
  readonly id: string;
  readonly name: string;
  readonly parent: string;
  readonly kinds: readonly RackEvent['kind'][];
}

/** The console log of the system, and the event log of the BMC. */
const LOGS: readonly LogKind[] = [
  { id: 'Console', name: 'Boot and console log', parent: `${ROOT}/Systems/:system`, kinds: ['power', 'boot', 'agent', 'disk', 'bios'] },
  { id: 'Sel', name: 'System event log', parent: MANAGER, kinds: ['power', 'media', 'bmc', 'fault'] },
];

function entries(machine: Machine, log: LogKind): ReturnType<Machine['log']['entries']> {
  return machine.log.entries().filter(({ kind }) => log.kinds.includes(kind));
}

function entryBody(path: string, entry: ReturnType<Machine['log']['entries']>[number]): JsonObject {
  return resource(`${path}/${entry.id}`, 'LogEntry.v1_15_0.LogEntry', String(entry.id), `Entry ${entry.id}`, {
    EntryType: 'Event',
    Created: redfishTime(entry.at),
    Severity: entry.kind === 'fault' ? 'Warning' : 'OK',
    SensorType: entry.kind,
    Message: entry.message,
  });
}

function routesOf(log: LogKind): Route[] {
  const services = `${log.parent}/LogServices`;
  return [
    { path: services, get: (_, call) => collection(call.path, 'LogServiceCollection', 'Log services', [`${call.path}/${log.id}`]) },
    {
      path: `${services}/${log.id}`,
      get: (_, call) =>
        resource(call.path, 'LogService.v1_4_0.LogService', log.id, log.name, {
          ServiceEnabled: true,
          OverWritePolicy: 'WrapsWhenFull',
          Status: OK,
          Entries: link(`${call.path}/Entries`),
          Actions: { '#LogService.ClearLog': { target: `${call.path}/Actions/${CLEAR}` } },
        }),
    },
    {
      path: `${services}/${log.id}/Entries`,
      get: (machine, call) => {
        const members = entries(machine, log).map((entry) => entryBody(call.path, entry));
        return { ...collection(call.path, 'LogEntryCollection', log.name, []), 'Members@odata.count': members.length, Members: members };
      },
    },
    { path: `${services}/${log.id}/Entries/:entry`, get: (machine, call) => oneEntry(machine, log, call) },
    {
      path: `${services}/${log.id}/Actions/${CLEAR}`,
      post(machine) {
        machine.log.clear();
        return undefined;
      },
    },
  ];
}

function oneEntry(machine: Machine, log: LogKind, call: RedfishCall): JsonObject {
  const entry = entries(machine, log).find(({ id }) => String(id) === call.params.entry);
  if (!entry) throw notFound(call.path);
  return entryBody(call.path.slice(0, call.path.lastIndexOf('/')), entry);
}

export const logRoutes: readonly Route[] = LOGS.flatMap(routesOf);

import { messageOf } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { BOOT_MODES, BOOT_TARGETS, OVERRIDE_ENABLED } from '../machine/boot-settings.ts';
import { bootedFrom } from '../machine/booted-from.ts';
import { LED_STATES, type Machine } from '../machine/machine.ts';
import { PowerRefused, RESET_TYPES } from '../machine/power-control.ts';
import { applyPatch, object, oneOf, onlyParameters, parameterOf, text, texts } from './read-body.ts';
import { RedfishFault } from './redfish-fault.ts';
import { CHASSIS, collection, link, links, MANAGER, OK, ROOT, redfishTime, resource, systemPath } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';

const SYSTEMS = `${ROOT}/Systems`;
const SYSTEM = `${SYSTEMS}/:system`;
const RESET = 'ComputerSystem.Reset';

function system(machine: Machine): JsonObject {
  const { plan, power } = machine;
  const path = systemPath(machine);
  const on = power.state === 'On';
  return resource(path, 'ComputerSystem.v1_20_0.ComputerSystem', plan.uuid, plan.name, {
    Description: 'Simulated server',
    SystemType: 'Physical',
    UUID: plan.uuid,
    SerialNumber: plan.serialNumber,
    SKU: `${plan.model}-SIM`,
    PartNumber: `PN-${plan.model}`,
    AssetTag: machine.assetTag,
    Manufacturer: plan.manufacturer,
    Model: plan.model,
    HostName: machine.lastBoot?.hostname ?? null,
    BiosVersion: machine.versions.bios,
    PowerState: power.state,
    Status: { State: on ? 'Enabled' : 'Disabled', Health: 'OK', HealthRollup: 'OK' },
    IndicatorLED: machine.leds.get('system') ?? 'Off',
    ProcessorSummary: {
      Count: plan.cpu.sockets,
      CoreCount: plan.cpu.sockets * plan.cpu.coresPerSocket,
      LogicalProcessorCount: plan.cpu.sockets * plan.cpu.coresPerSocket * plan.cpu.threadsPerCore,
      Model: plan.cpu.model,
      Status: OK,
    },
    MemorySummary: { TotalSystemMemoryGiB: plan.memoryGib, Status: { ...OK, HealthRollup: 'OK' } },
    Boot: bootBody(machine),
    BootProgress: { LastState: machine.bootProgress, LastStateTime: redfishTime(machine.bootProgressAt) },
    Processors: link(`${path}/Processors`),
    Memory: link(`${path}/Memory`),
    EthernetInterfaces: link(`${path}/EthernetInterfaces`),
    Storage: link(`${path}/Storage`),
    SimpleStorage: link(`${path}/SimpleStorage`),
    Bios: link(`${path}/Bios`),
    SecureBoot: link(`${path}/SecureBoot`),
    VirtualMedia: link(`${path}/VirtualMedia`),
    LogServices: link(`${path}/LogServices`),
    Links: { Chassis: links([CHASSIS]), ManagedBy: links([MANAGER]) },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${path}/Actions/${RESET}`,
        'ResetType@Redfish.AllowableValues': [...RESET_TYPES],
      },
    },
    Oem: { Wrought: { '@odata.type': '#WroughtComputerSystem.v1_0_0.ComputerSystem', ...bootOutcome(machine) } },
  });
}

/** What booted, for tests and explanations: not part of any standard. */
function bootOutcome(machine: Machine): JsonObject {
  const last = machine.lastBoot;
  return {
    BootedFrom: bootedFrom(machine),
    LastBoot: last && {
      Time: redfishTime(last.at),
      From: last.from,
      Target: last.target,
      Mode: last.mode,
      Reasons: [...last.reasons],
      Sha256: last.sha256,
      Disk: last.disk,
      HostName: last.hostname,
      CommandLine: last.commandLine,
    },
    BootLog: link(`${systemPath(machine)}/LogServices/Console/Entries`),
  };
}

function bootBody(machine: Machine): JsonObject {
  const { boot } = machine;
  return {
    BootSourceOverrideEnabled: boot.enabled,
    BootSourceOverrideTarget: boot.target,
    'BootSourceOverrideTarget@Redfish.AllowableValues': [...BOOT_TARGETS],
    BootSourceOverrideMode: boot.mode,
    'BootSourceOverrideMode@Redfish.AllowableValues': [...BOOT_MODES],
    HttpBootUri: boot.httpBootUri,
    BootOrder: [...boot.order],
    BootOptions: link(`${systemPath(machine)}/BootOptions`),
  };
}

function patchBoot(machine: Machine, body: JsonObject, at: string): void {
  const { boot } = machine;
  // Nothing is changed before everything has been read.
  const changes: (() => void)[] = [];
  applyPatch(
    body,
    bootBody(machine),
    {
      BootSourceOverrideTarget: (value, pointer) => {
        const target = oneOf(value, BOOT_TARGETS, pointer);
        changes.push(() => {
          boot.target = target;
          // As DSP2046 has it: choosing a target without saying for how long means the next boot.
          if (body.BootSourceOverrideEnabled === undefined && boot.enabled === 'Disabled' && target !== 'None') boot.enabled = 'Once';
        });
      },
      BootSourceOverrideEnabled: (value, pointer) => {
        const enabled = oneOf(value, OVERRIDE_ENABLED, pointer);
        changes.push(() => {
          boot.enabled = enabled;
          if (enabled === 'Disabled') boot.target = 'None';
        });
      },
      BootSourceOverrideMode: (value, pointer) => {
        const mode = oneOf(value, BOOT_MODES, pointer);
        changes.push(() => {
          boot.mode = mode;
        });
      },
      HttpBootUri: (value, pointer) => {
        const uri = value === null ? null : text(value, pointer, 2048);
        changes.push(() => {
          boot.httpBootUri = uri;
        });
      },
      BootOrder: (value, pointer) => {
        const order = texts(value, pointer);
        changes.push(() => {
          try {
            boot.setOrder(order);
          } catch (error) {
            throw new RedfishFault(400, 'PropertyValueOutOfRange', [JSON.stringify(order), 'BootOrder'], {
              related: [pointer],
              explanation: messageOf(error),
            });
          }
        });
      },
    },
    at,
  );
  for (const change of changes) change();
  machine.log.write('boot', `boot settings: ${boot.enabled} ${boot.target}, mode ${boot.mode}`);
}

function reset(machine: Machine, call: RedfishCall): RedfishAnswer | undefined {
  onlyParameters(call.body, RESET, ['ResetType']);
  const type = parameterOf(call.body, RESET, 'ResetType', RESET_TYPES);
  try {
    machine.power.reset(type);
  } catch (error) {
    if (error instanceof PowerRefused) throw new RedfishFault(409, 'ResourceInUse', [], { explanation: error.message });
    throw error;
  }
  return undefined;
}

export const systemRoutes: readonly Route[] = [
  { path: SYSTEMS, get: (machine) => collection(SYSTEMS, 'ComputerSystemCollection', 'Systems', [systemPath(machine)]) },
  {
    path: SYSTEM,
    get: system,
    patch(machine, call) {
      applyPatch(call.body, system(machine), {
        Boot: (value, pointer) => patchBoot(machine, object(value, pointer), pointer),
        IndicatorLED: (value, pointer) => machine.leds.set('system', oneOf(value, LED_STATES, pointer)),
        AssetTag: (value, pointer) => {
          machine.assetTag = text(value, pointer);
        },
      });
      return undefined;
    },
  },
  { path: `${SYSTEM}/Actions/${RESET}`, post: reset },
  {
    path: `${SYSTEM}/BootOptions`,
    get: (machine) =>
      collection(
        `${systemPath(machine)}/BootOptions`,
        'BootOptionCollection',
        'Boot Options',
        machine.boot.options.map(({ reference }) => `${systemPath(machine)}/BootOptions/${reference}`),
      ),
  },
  {
    path: `${SYSTEM}/BootOptions/:option`,
    get: bootOption,
    patch(machine, call) {
      const shown = bootOption(machine, call);
      applyPatch(call.body, shown, {
        BootOptionEnabled: (value, pointer) => {
          const option = machine.boot.options.find(({ reference }) => reference === call.params.option);
          if (typeof value !== 'boolean')
            throw new RedfishFault(400, 'PropertyValueTypeError', [JSON.stringify(value), 'BootOptionEnabled'], { related: [pointer] });
          if (option) option.enabled = value;
        },
      });
      return undefined;
    },
  },
];

function bootOption(machine: Machine, call: RedfishCall): JsonObject {
  const option = machine.boot.options.find(({ reference }) => reference === call.params.option);
  if (!option) throw new RedfishFault(404, 'ResourceMissingAtURI', [call.path]);
  return resource(call.path, 'BootOption.v1_0_4.BootOption', option.reference, option.name, {
    BootOptionReference: option.reference,
    DisplayName: option.name,
    BootOptionEnabled: option.enabled,
    Alias: option.target,
  });
}

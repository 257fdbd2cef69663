import type { JsonObject } from '../../model/json.ts';
import { BIOS_ATTRIBUTES, type BiosRefusal } from '../machine/bios-settings.ts';
import type { Machine } from '../machine/machine.ts';
import { etagOf } from './etag.ts';
import { applyPatch, object, oneOf, onlyParameters, text } from './read-body.ts';
import { RedfishFault } from './redfish-fault.ts';
import { link, ROOT, redfishTime, resource, systemPath } from './resource.ts';
import type { Route } from './route.ts';

const SYSTEM = `${ROOT}/Systems/:system`;
/** Id of the attribute registry. */
export const BIOS_REGISTRY = 'BiosAttributeRegistry.v1_0_0';
const APPLY_TIMES = ['OnReset', 'Immediate'] as const;
const ACTION = 'Bios.ResetBios';

function bios(machine: Machine): JsonObject {
  const path = `${systemPath(machine)}/Bios`;
  const { appliedAt } = machine.bios;
  return resource(path, 'Bios.v1_2_1.Bios', 'Bios', 'BIOS settings', {
    AttributeRegistry: BIOS_REGISTRY,
    Attributes: machine.bios.current(),
    '@Redfish.Settings': {
      '@odata.type': '#Settings.v1_3_5.Settings',
      SettingsObject: link(`${path}/Settings`),
      ETag: etagOf(settings(machine)),
      SupportedApplyTimes: [...APPLY_TIMES],
      ...(appliedAt !== null && {
        Time: redfishTime(appliedAt),
        Messages: [
          {
            MessageId: 'Base.1.16.Success',
            Message: 'The request completed successfully.',
            Severity: 'OK',
            MessageArgs: [],
            Resolution: 'None.',
          },
        ],
      }),
    },
    Actions: { '#Bios.ResetBios': { target: `${path}/Actions/${ACTION}` } },
  });
}

function settings(machine: Machine): JsonObject {
  const path = `${systemPath(machine)}/Bios/Settings`;
  return resource(path, 'Bios.v1_2_1.Bios', 'Settings', 'BIOS settings that wait for a reset', {
    AttributeRegistry: BIOS_REGISTRY,
    Attributes: machine.bios.pending(),
    '@Redfish.SettingsApplyTime': {
      '@odata.type': '#Settings.v1_3_5.PreferredApplyTime',
      ApplyTime: 'OnReset',
      'ApplyTime@Redfish.AllowableValues': [...APPLY_TIMES],
    },
  });
}

function refuse(refusal: BiosRefusal, value: string): RedfishFault {
  const related = [`#/Attributes/${refusal.attribute}`];
  switch (refusal.problem) {
    case 'unknown':
      return new RedfishFault(400, 'PropertyUnknown', [refusal.attribute], { related });
    case 'read-only':
      return new RedfishFault(400, 'PropertyNotWritable', [refusal.attribute], { related });
    case 'not-in-list':
      return new RedfishFault(400, 'PropertyValueNotInList', [value, refusal.attribute], { related });
    case 'type':
      return new RedfishFault(400, 'PropertyValueTypeError', [value, refusal.attribute], { related });
    case 'range':
      return new RedfishFault(400, 'PropertyValueOutOfRange', [value, refusal.attribute], { related });
    default:
      return refusal.problem satisfies never;
  }
}

export const biosRoutes: readonly Route[] = [
  { path: `${SYSTEM}/Bios`, get: bios },
  {
    path: `${SYSTEM}/Bios/Settings`,
    get: settings,
    patch(machine, call) {
      let atOnce = false;
      let wanted: JsonObject = {};
      applyPatch(call.body, settings(machine), {
        Attributes: (value, pointer) => {
          wanted = object(value, pointer);
        },
        '@Redfish.SettingsApplyTime': (value, pointer) => {
          const time = object(value, pointer).ApplyTime ?? 'OnReset';
          atOnce = oneOf(text(time, pointer), APPLY_TIMES, `${pointer}/ApplyTime`) === 'Immediate';
        },
      });
      const refusal = machine.bios.request(wanted, atOnce);
      if (refusal) throw refuse(refusal, JSON.stringify(wanted[refusal.attribute]).slice(0, 100));
      machine.log.write('bios', `BIOS settings ${atOnce ? 'changed' : 'wait for a reset'}: ${Object.keys(wanted).join(', ')}`);
      return undefined;
    },
  },
  {
    path: `${SYSTEM}/Bios/Actions/${ACTION}`,
    post(machine, call) {
      onlyParameters(call.body, ACTION, ['ResetType']);
      machine.bios.requestReset();
      machine.log.write('bios', 'BIOS factory settings wait for a reset');
      return undefined;
    },
  },
];

/** The attribute registry: what each attribute may hold. */
export function biosRegistry(): JsonObject {
  return {
    '@odata.type': '#AttributeRegistry.v1_3_7.AttributeRegistry',
    Id: BIOS_REGISTRY,
    Name: 'BIOS attribute registry',
    Description: 'Attributes of the simulated BIOS',
    Language: 'en',
    OwningEntity: 'Wrought',
    RegistryVersion: '1.0.0',
    RegistryEntries: {
      Attributes: BIOS_ATTRIBUTES.map((attribute) => ({
        AttributeName: attribute.name,
        DisplayName: attribute.display,
        Type: attribute.type,
        DefaultValue: attribute.factory,
        ReadOnly: attribute.readOnly ?? false,
        Immutable: false,
        IsSystemUniqueProperty: false,
        ResetRequired: true,
        ...(attribute.values && { Value: attribute.values.map((value) => ({ ValueName: value, ValueDisplayName: value })) }),
        ...(attribute.lower !== undefined && { LowerBound: attribute.lower }),
        ...(attribute.upper !== undefined && { UpperBound: attribute.upper }),
        ...(attribute.minLength !== undefined && { MinLength: attribute.minLength }),
        ...(attribute.maxLength !== undefined && { MaxLength: attribute.maxLength }),
      })),
    },
  };
}

import type { JsonObject } from '../../model/json.ts';
import { LED_STATES, type Machine } from '../machine/machine.ts';
import { seeded } from '../machine/seeded.ts';
import { applyPatch, oneOf } from './read-body.ts';
import { CHASSIS, collection, link, links, MANAGER, OK, ROOT, resource, systemPath } from './resource.ts';
import type { Route } from './route.ts';

function chassis(machine: Machine): JsonObject {
  const { plan } = machine;
  return resource(CHASSIS, 'Chassis.v1_23_0.Chassis', '1', `Chassis of ${plan.name}`, {
    ChassisType: 'RackMount',
    Manufacturer: plan.manufacturer,
    Model: plan.model,
    SerialNumber: plan.serialNumber,
    PartNumber: `PN-${plan.model}`,
    SKU: `${plan.model}-SIM`,
    AssetTag: machine.assetTag,
    UUID: seeded(plan.uuid).uuid('chassis'),
    PowerState: machine.power.state,
    IndicatorLED: machine.leds.get('chassis') ?? 'Off',
    HeightMm: 44.5,
    WidthMm: 482.6,
    DepthMm: 772,
    Status: { ...OK, HealthRollup: 'OK' },
    Thermal: link(`${CHASSIS}/Thermal`),
    Power: link(`${CHASSIS}/Power`),
    NetworkAdapters: link(`${CHASSIS}/NetworkAdapters`),
    Links: { ComputerSystems: links([systemPath(machine)]), ManagedBy: links([MANAGER]) },
  });
}

/** Readings follow the power state and differ a little between machines, always by the seed. */
function thermal(machine: Machine): JsonObject {
  const on = machine.power.state === 'On';
  const own = machine.plan.index % 5;
  const temperature = (id: string, name: string, context: string, celsius: number, critical: number): JsonObject => ({
    '@odata.id': `${CHASSIS}/Thermal#/Temperatures/${id}`,
    MemberId: id,
    Name: name,
    SensorNumber: Number(id) + 1,
    PhysicalContext: context,
    ReadingCelsius: celsius,
    MinReadingRangeTemp: 0,
    MaxReadingRangeTemp: 125,
    UpperThresholdNonCritical: critical - 10,
    UpperThresholdCritical: critical,
    UpperThresholdFatal: critical + 10,
    Status: OK,
  });
  return resource(`${CHASSIS}/Thermal`, 'Thermal.v1_7_2.Thermal', 'Thermal', 'Thermal', {
    Temperatures: [
      temperature('0', 'Inlet', 'Intake', 22 + (own % 3), 42),
      temperature('1', 'CPU1', 'CPU', on ? 48 + own : 24, 95),
      temperature('2', 'CPU2', 'CPU', on ? 47 + own : 24, 95),
    ],
    Fans: ['0', '1', '2', '3'].map((id) => ({
      '@odata.id': `${CHASSIS}/Thermal#/Fans/${id}`,
      MemberId: id,
      Name: `Fan ${Number(id) + 1}`,
      PhysicalContext: 'Backplane',
      Reading: on ? 5400 + own * 60 : 0,
      ReadingUnits: 'RPM',
      MinReadingRange: 0,
      MaxReadingRange: 18_000,
      LowerThresholdCritical: 600,
      SerialNumber: `FAN${id}${machine.plan.serialNumber}`,
      Status: OK,
    })),
    Status: OK,
  });
}

function power(machine: Machine): JsonObject {
  const on = machine.power.state === 'On';
  const watts = on ? 240 + (machine.plan.index % 7) * 8 : 12;
  return resource(`${CHASSIS}/Power`, 'Power.v1_7_2.Power', 'Power', 'Power', {
    PowerControl: [
      {
        '@odata.id': `${CHASSIS}/Power#/PowerControl/0`,
        MemberId: '0',
        Name: 'System power',
        PowerConsumedWatts: watts,
        PowerCapacityWatts: 1600,
        Status: OK,
      },
    ],
    PowerSupplies: ['0', '1'].map((id) => ({
      '@odata.id': `${CHASSIS}/Power#/PowerSupplies/${id}`,
      MemberId: id,
      Name: `Power supply ${Number(id) + 1}`,
      PowerSupplyType: 'AC',
      LineInputVoltageType: 'ACMidLine',
      LineInputVoltage: 230,
      PowerCapacityWatts: 800,
      LastPowerOutputWatts: watts / 2,
      Manufacturer: 'Wrought',
      Model: 'WS-PSU-800',
      SerialNumber: `PSU${id}${machine.plan.serialNumber}`,
      FirmwareVersion: '1.00',
      Status: OK,
    })),
    Status: OK,
  });
}

export const chassisRoutes: readonly Route[] = [
  { path: `${ROOT}/Chassis`, get: () => collection(`${ROOT}/Chassis`, 'ChassisCollection', 'Chassis', [CHASSIS]) },
  {
    path: CHASSIS,
    get: chassis,
    patch(machine, call) {
      applyPatch(call.body, chassis(machine), {
        IndicatorLED: (value, pointer) => machine.leds.set('chassis', oneOf(value, LED_STATES, pointer)),
      });
      return undefined;
    },
  },
  { path: `${CHASSIS}/Thermal`, get: thermal },
  { path: `${CHASSIS}/Power`, get: power },
];

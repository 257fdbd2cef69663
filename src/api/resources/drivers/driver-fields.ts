import type { DriverSummary } from '../../../conductor/conductor-service.ts';
import { INTERFACE_KINDS, type InterfaceKind } from '../../../model/interface-kind.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { linkPair } from '../../fields/render-value.ts';

/** First version that shows an interface kind of a driver. */
const KIND_SINCE: Readonly<Partial<Record<InterfaceKind, number>>> = { storage: 33, rescue: 38, bios: 40, firmware: 86 };
const INTERFACES_SINCE = 30;

const interfaceFields = INTERFACE_KINDS.flatMap((kind): Field[] => {
  const since = KIND_SINCE[kind] ?? INTERFACES_SINCE;
  return [
    { name: `default_${kind}_interface`, type: 'string', since, show: 'detail', nullable: true },
    { name: `enabled_${kind}_interfaces`, type: 'strings', since, show: 'detail' },
  ];
});

const links = (name: string, since: number, sub: string): Field => ({
  name,
  type: 'links',
  since,
  show: 'yes',
  render: (row, { base }) => linkPair(base, 'drivers', String(row.name), sub),
});

export const DRIVER_TABLE: ResourceTable = {
  name: 'driver',
  collection: 'drivers',
  key: 'name',
  fields: [
    { name: 'name', type: 'string', since: 1, show: 'yes' },
    { name: 'hosts', type: 'strings', since: 1, show: 'yes' },
    links('links', 1, ''),
    links('properties', 14, 'properties'),
    { name: 'type', type: 'string', since: 30, show: 'yes' },
    ...interfaceFields,
  ],
  fieldsSince: 77,
  newerSelected: 400,
};

/** A driver in the form the renderer reads. */
export function driverRow(driver: DriverSummary): Row {
  const row: Record<string, unknown> = { name: driver.name, hosts: JSON.stringify([...driver.hosts].sort()), type: 'dynamic' };
  for (const kind of INTERFACE_KINDS) {
    row[`default_${kind}_interface`] = driver.defaults[kind] ?? null;
    row[`enabled_${kind}_interfaces`] = JSON.stringify([...(driver.enabled[kind] ?? [])].sort());
  }
  return row;
}

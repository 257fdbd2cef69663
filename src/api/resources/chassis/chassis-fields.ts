import type { Chassis } from '../../../model/chassis.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { linkPair } from '../../fields/render-value.ts';

const CHASSIS_FIELDS: readonly Field[] = [
  // Patchable to its own value only.
  { name: 'uuid', type: 'uuid', since: 1, create: true, patch: true, show: 'yes', sortable: true },
  { name: 'description', type: 'string', since: 1, create: true, patch: true, show: 'yes', nullable: true, maxLength: 255, sortable: true },
  { name: 'links', type: 'links', since: 1, show: 'yes', render: (row, { base }) => linkPair(base, 'chassis', String(row.uuid)) },
  { name: 'created_at', type: 'datetime', since: 1, show: 'detail', sortable: true },
  { name: 'updated_at', type: 'datetime', since: 1, show: 'detail', nullable: true, sortable: true },
  { name: 'extra', type: 'object', since: 1, create: true, patch: true, show: 'detail', default: {} },
  // A flat list, as the published samples show it; the peer nests it once more.
  {
    name: 'nodes',
    type: 'links',
    since: 1,
    show: 'detail',
    render: (row, { base }) => linkPair(base, 'chassis', String(row.uuid), 'nodes'),
  },
];

export const CHASSIS_TABLE: ResourceTable = {
  name: 'chassis',
  collection: 'chassis',
  key: 'uuid',
  fields: CHASSIS_FIELDS,
  fieldsSince: 8,
  newerSelected: 406,
};

/** A chassis in the form the renderer reads. */
export const chassisRow = (chassis: Chassis): Row => ({ ...chassis, extra: JSON.stringify(chassis.extra) });

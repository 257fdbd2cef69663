import type { Json } from '../../../model/json.ts';
import type { Portgroup } from '../../../model/portgroup.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { isLogicalName } from '../../fields/identifier.ts';
import { linkPair } from '../../fields/render-value.ts';
import { invalid } from '../../http/error-replies.ts';
import { checkMac } from '../ports/port-fields.ts';

const WRITE = { create: true, patch: true } as const;
/** Added late; writing it was never gated. */
const UNGATED = { ...WRITE, createSince: 23, patchSince: 23 } as const;

/** An empty name counts as none. @throws INVALID_PARAMETER. */
function checkName(value: Json): Json {
  if (value === '') return null;
  if (typeof value === 'string' && isLogicalName(value)) return value;
  throw invalid(`name must be at most 255 of the characters A-Z a-z 0-9 - . _ ~, not ${JSON.stringify(value)?.slice(0, 100)}`);
}

const PORTGROUP_FIELDS: readonly Field[] = [
  { name: 'uuid', type: 'uuid', since: 23, create: true, show: 'yes', sortable: true },
  { name: 'address', type: 'string', since: 23, ...WRITE, show: 'yes', nullable: true, sortable: true, normalise: checkMac },
  { name: 'name', type: 'string', since: 23, ...WRITE, show: 'yes', nullable: true, sortable: true, normalise: checkName },
  { name: 'links', type: 'links', since: 23, show: 'yes', render: (row, { base }) => linkPair(base, 'portgroups', String(row.uuid)) },
  { name: 'created_at', type: 'datetime', since: 23, show: 'detail', sortable: true },
  { name: 'updated_at', type: 'datetime', since: 23, show: 'detail', nullable: true, sortable: true },
  { name: 'node_uuid', type: 'uuid', since: 23, ...WRITE, required: true, show: 'detail' },
  { name: 'extra', type: 'object', since: 23, ...WRITE, show: 'detail', default: {} },
  { name: 'internal_info', type: 'object', since: 23, show: 'detail', default: {} },
  { name: 'standalone_ports_supported', type: 'boolean', since: 23, ...WRITE, show: 'detail', default: true, sortable: true },
  {
    name: 'ports',
    type: 'links',
    since: 23,
    show: 'detail',
    render: (row, { base }) => linkPair(base, 'portgroups', String(row.uuid), 'ports'),
  },
  // Null stands for the configured default, which the route puts in; it cannot be removed.
  { name: 'mode', type: 'string', since: 26, ...WRITE, show: 'detail', nullable: true, sortable: true },
  { name: 'properties', type: 'object', since: 26, ...WRITE, show: 'detail', default: {} },
  { name: 'physical_network', type: 'string', since: 102, ...UNGATED, show: 'detail', nullable: true, maxLength: 64, sortable: true },
  { name: 'category', type: 'string', since: 103, ...UNGATED, show: 'detail', nullable: true, maxLength: 80, sortable: true },
  { name: 'dynamic_portgroup', type: 'boolean', since: 111, show: 'detail', sortable: true },
];

export const PORTGROUP_TABLE: ResourceTable = {
  name: 'portgroup',
  collection: 'portgroups',
  key: 'uuid',
  fields: PORTGROUP_FIELDS,
  fieldsSince: 23,
  newerSelected: 406,
};

/** A portgroup in the form the renderer reads. */
export function portgroupRow(group: Portgroup): Row {
  return {
    ...group,
    extra: JSON.stringify(group.extra),
    internal_info: JSON.stringify(group.internal_info),
    properties: JSON.stringify(group.properties),
  };
}

import type { Json } from '../../../model/json.ts';
import type { Port } from '../../../model/port.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { isMac } from '../../fields/identifier.ts';
import { linkPair } from '../../fields/render-value.ts';
import { invalid } from '../../http/error-replies.ts';
import { checkLocalLinkConnection, showLocalLinkConnection } from './local-link-connection.ts';

/** A MAC address, stored in lower case. @throws INVALID_PARAMETER. */
export function checkMac(value: Json): string {
  if (typeof value === 'string' && isMac(value)) return value.toLowerCase();
  throw invalid(`address must be a MAC address of six colon-separated octets, not ${JSON.stringify(value)?.slice(0, 100)}`);
}

const WRITE = { create: true, patch: true } as const;
/** Added late, and never gated in PATCH. */
const UNGATED = { ...WRITE, patchSince: 1 } as const;

/** The fields of a port. */
export const PORT_FIELDS: readonly Field[] = [
  { name: 'uuid', type: 'uuid', since: 1, create: true, show: 'yes', sortable: true },
  { name: 'address', type: 'string', since: 1, ...WRITE, required: true, show: 'yes', sortable: true, normalise: checkMac },
  {
    name: 'links',
    type: 'links',
    since: 1,
    show: 'yes',
    render: (row, { base }) => linkPair(base, 'ports', String(row.uuid)),
  },
  { name: 'created_at', type: 'datetime', since: 1, show: 'detail', sortable: true },
  { name: 'updated_at', type: 'datetime', since: 1, show: 'detail', nullable: true, sortable: true },
  { name: 'node_uuid', type: 'uuid', since: 1, ...WRITE, show: 'detail' },
  // The same by name; never shown.
  { name: 'node_ident', type: 'string', since: 94, ...WRITE, show: 'never' },
  { name: 'extra', type: 'object', since: 1, ...WRITE, show: 'detail', default: {} },
  { name: 'internal_info', type: 'object', since: 18, show: 'detail', default: {} },
  {
    name: 'local_link_connection',
    type: 'object',
    since: 19,
    ...WRITE,
    show: 'detail',
    default: {},
    normalise: checkLocalLinkConnection,
    render: (row, { minor }) => JSON.stringify(showLocalLinkConnection(portOf(row).local_link_connection, minor)),
  },
  { name: 'pxe_enabled', type: 'boolean', since: 19, ...WRITE, show: 'detail', default: true, sortable: true },
  { name: 'portgroup_uuid', type: 'uuid', since: 24, ...WRITE, show: 'detail', nullable: true },
  {
    name: 'physical_network',
    type: 'string',
    since: 34,
    ...WRITE,
    show: 'detail',
    nullable: true,
    minLength: 1,
    maxLength: 64,
    sortable: true,
  },
  { name: 'is_smartnic', type: 'boolean', since: 53, ...WRITE, show: 'detail', default: false, sortable: true },
  { name: 'name', type: 'string', since: 88, ...UNGATED, show: 'detail', nullable: true, maxLength: 255, sortable: true },
  { name: 'description', type: 'string', since: 97, ...UNGATED, show: 'detail', nullable: true, maxLength: 255, sortable: true },
  { name: 'vendor', type: 'string', since: 100, ...UNGATED, show: 'detail', nullable: true, maxLength: 32, sortable: true },
  { name: 'category', type: 'string', since: 101, ...UNGATED, show: 'detail', nullable: true, maxLength: 80, sortable: true },
  {
    name: 'available_for_dynamic_portgroup',
    type: 'strict-boolean',
    since: 111,
    ...UNGATED,
    show: 'detail',
    default: true,
    sortable: true,
  },
];

export const PORT_TABLE: ResourceTable = {
  name: 'port',
  collection: 'ports',
  key: 'uuid',
  fields: PORT_FIELDS,
  fieldsSince: 8,
  newerSelected: 406,
};

/** A port in the form the renderer reads. */
export function portRow(port: Port): Row {
  return { ...port, extra: JSON.stringify(port.extra), internal_info: JSON.stringify(port.internal_info), [PORT]: port };
}

/** The port itself, beside its rendered attributes: what is shown of a connection depends on the version. */
const PORT = Symbol('port');

function portOf(row: Row & { [PORT]?: unknown }): Port {
  // Rows of this table are made by `portRow` alone.
  return row[PORT] as Port;
}

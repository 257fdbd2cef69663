import { INTERFACE_KINDS, type InterfaceKind } from '../../../model/interface-kind.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { linkPair, scalar } from '../../fields/render-value.ts';
import { checkNetworkData } from './network-data.ts';
import { checkNodeName, checkProperties, lowerCase } from './node-values.ts';
import { renderProvisionState } from './provision-state-view.ts';

const INTERFACE_SINCE: Readonly<Record<InterfaceKind, number>> = {
  network: 20,
  boot: 31,
  console: 31,
  deploy: 31,
  inspect: 31,
  management: 31,
  power: 31,
  raid: 31,
  vendor: 31,
  storage: 33,
  rescue: 38,
  bios: 40,
  firmware: 86,
};

const interfaceFields = INTERFACE_KINDS.map(
  (kind): Field => ({
    name: `${kind}_interface`,
    type: 'string',
    since: INTERFACE_SINCE[kind],
    create: true,
    patch: true,
    show: 'detail',
    // Null on write selects the computed default.
    nullable: true,
    maxLength: 255,
    sortable: true,
  }),
);

const links = (name: string, since: number, sub: string, show: 'yes' | 'detail', selectable: boolean): Field => ({
  name,
  type: 'links',
  since,
  show,
  selectable,
  columns: ['uuid'],
  render: (row, context) => linkPair(context.base, 'nodes', String(row.uuid), sub),
});

const text = (name: string, since: number, rest: Partial<Field> = {}): Field => ({
  name,
  type: 'string',
  since,
  show: 'detail',
  nullable: true,
  sortable: true,
  ...rest,
});

const flag = (name: string, since: number, rest: Partial<Field> = {}): Field => ({
  name,
  type: 'boolean',
  since,
  show: 'detail',
  default: false,
  sortable: true,
  ...rest,
});

const time = (name: string, since: number, rest: Partial<Field> = {}): Field => ({
  name,
  type: 'datetime',
  since,
  show: 'detail',
  nullable: true,
  sortable: true,
  ...rest,
});

const object = (name: string, since: number, rest: Partial<Field> = {}): Field => ({
  name,
  type: 'object',
  since,
  show: 'detail',
  default: {},
  ...rest,
});

const WRITE = { create: true, patch: true } as const;

/** Host name of the responsible conductor: computed from cached membership, no query. */
function renderConductor(
  row: Row,
  context: { conductorOf(node: { uuid: string; conductor_group: string; driver: string }): string | null },
): string {
  return scalar(context.conductorOf({ uuid: String(row.uuid), conductor_group: String(row.conductor_group), driver: String(row.driver) }));
}

/** The fields of a node. Order is the order of answers. */
export const NODE_FIELDS: readonly Field[] = [
  { name: 'uuid', type: 'uuid', since: 1, create: true, show: 'yes', sortable: true },
  // `default` is absent: null is refused, removal writes null (see patch-node.ts).
  text('name', 5, { ...WRITE, show: 'yes', nullable: true, normalise: checkNodeName }),
  { name: 'instance_uuid', type: 'uuid', since: 1, ...WRITE, show: 'yes', nullable: true, sortable: true },
  flag('maintenance', 1, { ...WRITE, show: 'yes' }),
  text('power_state', 1, { show: 'yes' }),
  text('provision_state', 1, { show: 'yes', columns: ['provision_state'], render: renderProvisionState }),
  links('links', 1, '', 'yes', false),
  time('created_at', 1, { selectable: false }),
  time('updated_at', 1, { selectable: false }),
  text('target_power_state', 1),
  text('target_provision_state', 1),
  time('provision_updated_at', 1),
  text('last_error', 1),
  text('reservation', 1),
  text('maintenance_reason', 1),
  flag('console_enabled', 1, { create: true }),
  { name: 'driver', type: 'string', since: 1, ...WRITE, required: true, show: 'detail', minLength: 1, maxLength: 255, sortable: true },
  object('driver_info', 1, WRITE),
  object('properties', 1, { ...WRITE, normalise: checkProperties }),
  object('instance_info', 1, WRITE),
  object('extra', 1, WRITE),
  { name: 'chassis_uuid', type: 'uuid', since: 1, ...WRITE, show: 'detail', nullable: true },
  links('ports', 1, 'ports', 'detail', false),
  object('driver_internal_info', 3),
  time('inspection_started_at', 6),
  time('inspection_finished_at', 6),
  object('clean_step', 7),
  object('raid_config', 12),
  object('target_raid_config', 12),
  links('states', 14, 'states', 'detail', false),
  text('resource_class', 21, { ...WRITE, maxLength: 80 }),
  links('portgroups', 24, 'portgroups', 'detail', false),
  ...interfaceFields,
  links('volume', 32, 'volume', 'detail', false),
  { name: 'traits', type: 'strings', since: 37, show: 'detail' },
  text('fault', 42),
  object('deploy_step', 44),
  text('conductor_group', 46, {
    ...WRITE,
    nullable: false,
    default: '',
    maxLength: 255,
    pattern: /^[a-zA-Z0-9_.-]*$/,
    normalise: lowerCase,
  }),
  { name: 'automated_clean', type: 'boolean', since: 47, ...WRITE, show: 'detail', nullable: true, sortable: true },
  flag('protected', 48, { patch: true }),
  text('protected_reason', 48, { patch: true }),
  text('conductor', 49, { sortable: false, columns: ['uuid', 'conductor_group', 'driver'], render: renderConductor }),
  text('owner', 50, { ...WRITE, maxLength: 255 }),
  text('description', 51, { ...WRITE, maxLength: 4096 }),
  { name: 'allocation_uuid', type: 'uuid', since: 52, show: 'detail', nullable: true },
  flag('retired', 61, WRITE),
  text('retired_reason', 61, WRITE),
  text('lessee', 65, { ...WRITE, maxLength: 255 }),
  object('network_data', 66, { ...WRITE, normalise: checkNetworkData }),
  text('boot_mode', 75, { create: true }),
  { name: 'secure_boot', type: 'boolean', since: 75, create: true, show: 'detail', nullable: true, sortable: true },
  text('shard', 82, { ...WRITE, maxLength: 255 }),
  // A name is taken on write; it is stored as the parent's UUID.
  text('parent_node', 83, { ...WRITE, maxLength: 255 }),
  object('service_step', 87),
  flag('disable_power_off', 95, WRITE),
  text('instance_name', 104, { ...WRITE, minLength: 1, maxLength: 255 }),
  text('health', 109),
];

export const NODE_TABLE: ResourceTable = {
  name: 'node',
  collection: 'nodes',
  key: 'uuid',
  fields: NODE_FIELDS,
  fieldsSince: 8,
  newerSelected: 406,
};

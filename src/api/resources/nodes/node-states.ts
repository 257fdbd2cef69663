import type { ResourceTable } from '../../fields/field.ts';
import { selectView } from '../../fields/select-view.ts';
import { NODE_FIELDS } from './node-fields.ts';

const NAMES = new Set([
  'console_enabled',
  'last_error',
  'power_state',
  'provision_state',
  'provision_updated_at',
  'target_power_state',
  'target_provision_state',
  'raid_config',
  'target_raid_config',
  'boot_mode',
  'secure_boot',
]);

/** `GET /v1/nodes/{node}/states`: a cut of the node's own fields. */
export const STATES_TABLE: ResourceTable = {
  name: 'node states',
  collection: 'states',
  key: 'uuid',
  fields: NODE_FIELDS.filter((field) => NAMES.has(field.name)),
  fieldsSince: Number.POSITIVE_INFINITY,
  newerSelected: 406,
};

/** The view of the states at a version. */
export const statesView = (minor: number): ReturnType<typeof selectView> => selectView(STATES_TABLE, minor, { short: false });

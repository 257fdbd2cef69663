import type { Allocation } from '../../../model/allocation.ts';
import type { Json } from '../../../model/json.ts';
import type { ResourceTable, Row } from '../../fields/field.ts';
import { isLogicalName } from '../../fields/identifier.ts';
import { linkPair } from '../../fields/render-value.ts';
import { invalid } from '../../http/error-replies.ts';
import { checkTrait } from '../nodes/traits.ts';

/** Allocations for instances that are there already exist from here on. */
export const BACKFILL_SINCE = 58;

function checkName(value: Json): Json {
  if (typeof value === 'string' && isLogicalName(value)) return value;
  throw invalid(`name must be 1 to 255 of the characters A-Z a-z 0-9 - . _ ~, not ${JSON.stringify(value)?.slice(0, 100)}`);
}

/** Order and repetitions are kept. */
const checkTraits = (value: Json): Json => (Array.isArray(value) ? value.map(checkTrait) : value);

const READ = { since: 52, show: 'yes' } as const;

export const ALLOCATION_TABLE: ResourceTable = {
  name: 'allocation',
  collection: 'allocations',
  key: 'uuid',
  fields: [
    { name: 'uuid', type: 'uuid', ...READ, create: true, sortable: true },
    { name: 'name', type: 'string', ...READ, create: true, patch: true, nullable: true, sortable: true, normalise: checkName },
    { name: 'node_uuid', type: 'uuid', ...READ, nullable: true },
    // Below its version it is an unknown property, which the route sees to.
    { name: 'node', type: 'string', since: BACKFILL_SINCE, createSince: 52, create: true, show: 'never', nullable: true },
    { name: 'state', type: 'string', ...READ, sortable: true },
    { name: 'last_error', type: 'string', ...READ, nullable: true, sortable: true },
    { name: 'resource_class', type: 'string', ...READ, create: true, nullable: true, maxLength: 80, sortable: true },
    { name: 'traits', type: 'strings', ...READ, create: true, default: [], normalise: checkTraits },
    { name: 'candidate_nodes', type: 'strings', ...READ, create: true, default: [] },
    { name: 'extra', type: 'object', ...READ, create: true, patch: true, default: {} },
    { name: 'owner', type: 'string', since: 60, show: 'yes', create: true, nullable: true, maxLength: 255, sortable: true },
    { name: 'links', type: 'links', ...READ, render: (row, { base }) => linkPair(base, 'allocations', String(row.uuid)) },
    { name: 'created_at', type: 'datetime', ...READ, sortable: true },
    { name: 'updated_at', type: 'datetime', ...READ, nullable: true, sortable: true },
  ],
  fieldsSince: 52,
  newerSelected: 400,
};

/** An allocation in the form the renderer reads. */
export function allocationRow(allocation: Allocation): Row {
  return {
    ...allocation,
    traits: JSON.stringify(allocation.traits),
    candidate_nodes: JSON.stringify(allocation.candidate_nodes),
    extra: JSON.stringify(allocation.extra),
  };
}

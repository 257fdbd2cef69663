import type { Json } from '../../../model/json.ts';
import type { Runbook } from '../../../model/runbook.ts';
import type { ResourceTable, Row } from '../../fields/field.ts';
import { isLogicalName } from '../../fields/identifier.ts';
import { linkPair } from '../../fields/render-value.ts';
import { invalid } from '../../http/error-replies.ts';
import { checkTrait } from '../nodes/traits.ts';
import { parseStoredSteps, renderSteps } from '../stored-steps.ts';

/** From here on a runbook has traits of its own, and its name need not be one. */
export const TRAITS_SINCE = 112;

const WRITE = { create: true, patch: true } as const;

/** @throws INVALID_PARAMETER. */
function checkName(value: Json, minor: number): Json {
  if (minor < TRAITS_SINCE) return checkTrait(value);
  if (typeof value === 'string' && isLogicalName(value)) return value;
  throw invalid(`name must be 1 to 255 of the characters A-Z a-z 0-9 - . _ ~, not ${JSON.stringify(value)?.slice(0, 100)}`);
}

export const RUNBOOK_TABLE: ResourceTable = {
  name: 'runbook',
  collection: 'runbooks',
  key: 'uuid',
  fields: [
    { name: 'uuid', type: 'uuid', since: 92, create: true, show: 'yes', sortable: true },
    { name: 'name', type: 'string', since: 92, ...WRITE, required: true, show: 'yes', sortable: true, normalise: checkName },
    { name: 'links', type: 'links', since: 92, show: 'yes', render: (row, { base }) => linkPair(base, 'runbooks', String(row.uuid)) },
    { name: 'created_at', type: 'datetime', since: 92, show: 'detail', sortable: true },
    { name: 'updated_at', type: 'datetime', since: 92, show: 'detail', nullable: true, sortable: true },
    {
      name: 'steps',
      type: 'list',
      since: 92,
      ...WRITE,
      required: true,
      show: 'detail',
      normalise: (value) => parseStoredSteps(value, 'order', false),
    },
    { name: 'disable_ramdisk', type: 'strict-boolean', since: 92, ...WRITE, show: 'detail', default: false, sortable: true },
    { name: 'extra', type: 'object', since: 92, ...WRITE, show: 'detail', default: {} },
    { name: 'public', type: 'strict-boolean', since: 92, ...WRITE, show: 'detail', default: false, sortable: true },
    { name: 'owner', type: 'string', since: 92, ...WRITE, show: 'detail', nullable: true, maxLength: 255, sortable: true },
    // Below its version it is an unknown property, which the routes see to.
    {
      name: 'description',
      type: 'string',
      since: TRAITS_SINCE,
      createSince: 92,
      patchSince: 92,
      ...WRITE,
      show: 'detail',
      nullable: true,
      maxLength: 255,
      sortable: true,
    },
    { name: 'traits', type: 'strings', since: TRAITS_SINCE, show: 'detail', default: [] },
  ],
  fieldsSince: 92,
  newerSelected: 406,
};

/** A runbook in the form the renderer reads. */
export function runbookRow(runbook: Runbook): Row {
  return {
    ...runbook,
    steps: renderSteps(runbook.steps),
    extra: JSON.stringify(runbook.extra),
    traits: JSON.stringify(runbook.traits),
  };
}

import type { DeployTemplate } from '../../../model/deploy-template.ts';
import type { ResourceTable, Row } from '../../fields/field.ts';
import { linkPair } from '../../fields/render-value.ts';
import { checkTrait } from '../nodes/traits.ts';
import { parseStoredSteps, renderSteps } from '../stored-steps.ts';

const WRITE = { create: true, patch: true } as const;

export const DEPLOY_TEMPLATE_TABLE: ResourceTable = {
  name: 'deploy template',
  collection: 'deploy_templates',
  key: 'uuid',
  fields: [
    { name: 'uuid', type: 'uuid', since: 55, create: true, show: 'yes', sortable: true },
    { name: 'name', type: 'string', since: 55, ...WRITE, required: true, show: 'yes', sortable: true, normalise: checkTrait },
    {
      name: 'links',
      type: 'links',
      since: 55,
      show: 'yes',
      render: (row, { base }) => linkPair(base, 'deploy_templates', String(row.uuid)),
    },
    { name: 'created_at', type: 'datetime', since: 55, show: 'detail', sortable: true },
    { name: 'updated_at', type: 'datetime', since: 55, show: 'detail', nullable: true, sortable: true },
    {
      name: 'steps',
      type: 'list',
      since: 55,
      ...WRITE,
      required: true,
      show: 'detail',
      normalise: (value) => parseStoredSteps(value, 'priority', true),
    },
    { name: 'extra', type: 'object', since: 55, ...WRITE, show: 'detail', default: {} },
    // Taken and dropped, as the contract has it.
    { name: 'description', type: 'string', since: 55, create: true, show: 'never', nullable: true, maxLength: 255 },
  ],
  fieldsSince: 55,
  newerSelected: 406,
};

/** A template in the form the renderer reads. */
export function deployTemplateRow(template: DeployTemplate): Row {
  return { ...template, steps: renderSteps(template.steps), extra: JSON.stringify(template.extra) };
}

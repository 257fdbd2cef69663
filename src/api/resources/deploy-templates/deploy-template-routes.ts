import type { DeployTemplate, DeployTemplatePatch, NewDeployTemplate } from '../../../model/deploy-template.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { isUuid } from '../../fields/identifier.ts';
import { notFound } from '../../http/error-replies.ts';
import type { Route } from '../../http/route.ts';
import { recordRoutes } from '../record-routes.ts';
import { DEPLOY_TEMPLATE_TABLE, deployTemplateRow } from './deploy-template-fields.ts';

/** `/v1/deploy_templates`. */
export function deployTemplateRoutes(dependencies: ApiDependencies): Route[] {
  const templates = dependencies.store.deployTemplates;
  return recordRoutes<DeployTemplate, Record<never, never>>(dependencies, {
    table: DEPLOY_TEMPLATE_TABLE,
    path: '/deploy_templates',
    since: 55,
    below: ['404B', '405B'],
    detail: true,
    query: {},
    row: deployTemplateRow,
    async find(_request, ident) {
      const found = isUuid(ident) ? await templates.getByUuid(ident) : await templates.getByName(ident);
      if (!found) throw notFound(`Deploy template ${ident.slice(0, 255)} could not be found`);
      return found;
    },
    list: (_request, _filter, page) => templates.list(page),
    create: (_request, { description: _, ...values }) => templates.create(asNew(values)),
    update: async (_request, template, { changed }) =>
      Object.keys(changed).length === 0 ? template : templates.update(template.uuid, asPatch(changed)),
    delete: (_request, template) => templates.delete(template.uuid),
  });
}

/** Values checked by the field table, as the typed records that they are. */
function asNew(values: JsonObject): NewDeployTemplate {
  return values as unknown as NewDeployTemplate;
}

function asPatch(values: JsonObject): DeployTemplatePatch {
  return values as DeployTemplatePatch;
}

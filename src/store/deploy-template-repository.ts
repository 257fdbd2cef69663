import type { Clock } from '../model/clock.ts';
import type { DeployTemplate, DeployTemplatePatch, NewDeployTemplate } from '../model/deploy-template.ts';
import { oneOf, recordTable } from './record-table.ts';
import type { Page } from './store.ts';
import type { Transactor } from './transactor.ts';

export interface DeployTemplateRepository {
  /** @throws DUPLICATE (uuid, name). */
  create(values: NewDeployTemplate): Promise<DeployTemplate>;
  getByUuid(uuid: string): Promise<DeployTemplate | undefined>;
  getByName(name: string): Promise<DeployTemplate | undefined>;
  /** Those with one of the names. */
  byNames(names: readonly string[]): Promise<DeployTemplate[]>;
  list(page: Page): Promise<DeployTemplate[]>;
  /** @throws DUPLICATE, NOT_FOUND. */
  update(uuid: string, patch: DeployTemplatePatch): Promise<DeployTemplate>;
  /** @throws NOT_FOUND. */
  delete(uuid: string): Promise<void>;
}

/** Deploy templates in the database. */
export function deployTemplateRepository(transactor: Transactor, clock: Clock): DeployTemplateRepository {
  const table = recordTable<DeployTemplate>(transactor, clock, {
    table: 'deploy_templates',
    subject: 'Deploy template',
    columns: { name: 'scalar', steps: 'json', extra: 'json' },
    unique: { name: (values: DeployTemplatePatch) => `name "${values.name}"` },
  });
  return {
    create: ({ uuid, ...values }) => table.insert({ extra: {}, ...values }, uuid),
    getByUuid: (uuid) => table.findBy('uuid', uuid),
    getByName: (name) => table.findBy('name', name),
    byNames: (names) => table.select([oneOf('name', names)]),
    list: (page) => table.list([], page),
    update: (uuid, patch) => table.update(uuid, patch),
    delete: (uuid) => table.delete(uuid),
  };
}

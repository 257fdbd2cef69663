import type { JsonObject } from '../../../model/json.ts';
import type { NewRunbook, Runbook, RunbookPatch } from '../../../model/runbook.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { invalid } from '../../http/error-replies.ts';
import type { Route } from '../../http/route.ts';
import { recordRoutes } from '../record-routes.ts';
import { findRunbook } from './find-runbook.ts';
import { RUNBOOK_TABLE, runbookRow, TRAITS_SINCE } from './runbook-fields.ts';
import { runbookTraitRoutes } from './runbook-trait-routes.ts';

/** `/v1/runbooks` and the traits of a runbook. */
export function runbookRoutes(dependencies: ApiDependencies): Route[] {
  const { store } = dependencies;
  const query = { project: { type: 'boolean' } } as const;
  return [
    ...recordRoutes<Runbook, typeof query>(dependencies, {
      table: RUNBOOK_TABLE,
      path: '/runbooks',
      since: 92,
      below: ['404B', '405B'],
      detail: true,
      query,
      row: runbookRow,
      find: (_request, ident) => findRunbook(store, ident),
      list({ context }, { project }, page) {
        // Without a project there is nothing that would be the caller's own alone.
        return store.runbooks.list(project && context.project !== null ? { owner: context.project } : {}, page);
      },
      create(request, values) {
        checkDescription(values, request.minor);
        return store.runbooks.create(asNew(withoutOwnerIfPublic(values, undefined)));
      },
      async update(request, runbook, { touched, changed }) {
        checkDescription(touched, request.minor);
        if (Object.keys(changed).length === 0) return runbook;
        return store.runbooks.update(runbook.uuid, asPatch(withoutOwnerIfPublic(changed, runbook)));
      },
      delete: (_request, runbook) => store.runbooks.delete(runbook.uuid),
    }),
    ...runbookTraitRoutes(dependencies),
  ];
}

/** @throws INVALID_PARAMETER: below its version it is a property that nobody knows. */
function checkDescription(values: JsonObject, minor: number): void {
  if (values.description !== undefined && minor < TRAITS_SINCE)
    throw invalid(`"description" is not a property of a runbook before API version 1.${TRAITS_SINCE}`);
}

/** Who publishes a runbook gives it away. @throws INVALID_PARAMETER for an owner of a public one. */
function withoutOwnerIfPublic(values: JsonObject, stored: Runbook | undefined): JsonObject {
  const isPublic = values.public ?? stored?.public ?? false;
  if (!isPublic) return values;
  if (typeof values.owner === 'string') throw invalid('A public runbook has no owner');
  return { ...values, owner: null };
}

/** Values checked by the field table, as the typed records that they are. */
function asNew(values: JsonObject): NewRunbook {
  return values as unknown as NewRunbook;
}

function asPatch(values: JsonObject): RunbookPatch {
  return values as RunbookPatch;
}

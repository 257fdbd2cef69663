import { isJsonObject, type Json } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { documentRoute, route } from '../../http/define-route.ts';
import { invalid } from '../../http/error-replies.ts';
import { done, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { checkTrait } from '../nodes/traits.ts';
import { findRunbook } from './find-runbook.ts';
import { TRAITS_SINCE } from './runbook-fields.ts';

const ALL = '/runbooks/{ident}/traits';
const ONE = '/runbooks/{ident}/traits/{trait}';
const VERSION = { since: TRAITS_SINCE, below: '404B' } as const;

/** `/v1/runbooks/{ident}/traits`: which nodes a runbook is for. */
export function runbookTraitRoutes({ store }: ApiDependencies): Route[] {
  const change = async (request: ApiRequest, how: (traits: readonly string[]) => readonly string[]): Promise<void> => {
    const { uuid } = await findRunbook(store, param(request, 'ident'));
    await store.runbooks.changeTraits(uuid, how);
  };
  return [
    route({
      method: 'GET',
      path: ALL,
      ...VERSION,
      handle: async (request) => okJson({ traits: (await findRunbook(store, param(request, 'ident'))).traits }),
    }),
    documentRoute({
      method: 'PUT',
      path: ALL,
      ...VERSION,
      async handle(request, body) {
        const traits = parseAll(body);
        await change(request, () => traits);
        return done();
      },
    }),
    route({
      method: 'DELETE',
      path: ALL,
      ...VERSION,
      async handle(request) {
        await change(request, () => []);
        return done();
      },
    }),
    documentRoute({
      method: 'PUT',
      path: ONE,
      ...VERSION,
      async handle(request, body) {
        if (body !== null && !(isJsonObject(body) && Object.keys(body).length === 0)) throw invalid('Adding one trait takes no body');
        const trait = checkTrait(param(request, 'trait'));
        await change(request, (traits) => [...traits, trait]);
        return done(`${request.base}/v1/runbooks/${encodeURIComponent(param(request, 'ident'))}/traits/${trait}`);
      },
    }),
    route({
      method: 'DELETE',
      path: ONE,
      ...VERSION,
      async handle(request) {
        const trait = param(request, 'trait');
        await change(request, (traits) => traits.filter((each) => each !== trait));
        return done();
      },
    }),
  ];
}

/** Any number of traits, without doubles. @throws INVALID_PARAMETER. */
function parseAll(body: Json): string[] {
  if (!isJsonObject(body) || !Array.isArray(body.traits) || Object.keys(body).length > 1) {
    throw invalid('The body must be {"traits": [...]} and nothing else');
  }
  return body.traits.map(checkTrait);
}

import type { ConductorRecord } from '../../../model/conductor-record.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import type { ResourceTable, Row } from '../../fields/field.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../../fields/page-request.ts';
import { linkPair, renderCollection } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import { param } from '../../http/api-request.ts';
import { route } from '../../http/define-route.ts';
import { notFound } from '../../http/error-replies.ts';
import { ok } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { renderContext } from '../nodes/node-view.ts';

const SINCE = 49;

export const CONDUCTOR_TABLE: ResourceTable = {
  name: 'conductor',
  collection: 'conductors',
  key: 'hostname',
  fields: [
    { name: 'hostname', type: 'string', since: SINCE, show: 'yes', sortable: true },
    { name: 'conductor_group', type: 'string', since: SINCE, show: 'yes', sortable: true },
    { name: 'alive', type: 'boolean', since: SINCE, show: 'yes' },
    {
      name: 'links',
      type: 'links',
      since: SINCE,
      show: 'yes',
      render: (row, { base }) => linkPair(base, 'conductors', String(row.hostname)),
    },
    { name: 'drivers', type: 'strings', since: SINCE, show: 'detail' },
    { name: 'created_at', type: 'datetime', since: SINCE, show: 'detail', sortable: true },
    { name: 'updated_at', type: 'datetime', since: SINCE, show: 'detail', nullable: true, sortable: true },
  ],
  fieldsSince: SINCE,
  newerSelected: 406,
};

/** `/v1/conductors`: the members of the cluster. */
export function conductorRoutes({ store, conductor, config, clock }: ApiDependencies): Route[] {
  const conductorRow = (record: ConductorRecord): Row => ({
    ...record,
    alive: record.online && clock.now() - record.updated_at <= config.integer('conductor', 'heartbeat_timeout') * 1000,
    drivers: JSON.stringify([...record.drivers].sort()),
  });
  return [
    route({
      method: 'GET',
      path: '/conductors',
      since: SINCE,
      query: { ...PAGE_PARAMETERS, fields: { type: 'list' }, detail: { type: 'boolean' } },
      async handle(request, query) {
        const view = selectView(CONDUCTOR_TABLE, request.minor, { fields: query.fields, detail: query.detail, short: true });
        const page = parsePage(CONDUCTOR_TABLE, query, request.minor, config.integer('api', 'max_limit'));
        const records = await store.conductors.list(page);
        const context = renderContext(request, conductor);
        const rows = records.map((record) => view.render(conductorRow(record), context));
        return ok(renderCollection('conductors', rows, nextLink(request, page, rows.length, records.at(-1)?.hostname)));
      },
    }),
    route({
      method: 'GET',
      path: '/conductors/{hostname}',
      since: SINCE,
      query: { fields: { type: 'list' } },
      async handle(request, query) {
        const view = selectView(CONDUCTOR_TABLE, request.minor, { fields: query.fields, short: false });
        const hostname = param(request, 'hostname');
        const record = await store.conductors.get(hostname);
        if (!record) throw notFound(`Conductor ${hostname.slice(0, 255)} could not be found`);
        return ok(view.render(conductorRow(record), renderContext(request, conductor)));
      },
    }),
  ];
}

import type { NodeHistory } from '../../../model/history.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { nextLink, PAGE_PARAMETERS, parsePage } from '../../fields/page-request.ts';
import { renderCollection, scalar } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import { param } from '../../http/api-request.ts';
import { route } from '../../http/define-route.ts';
import { notFound } from '../../http/error-replies.ts';
import { ok } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { renderContext } from './node-view.ts';
import { nodeOfPath } from './resolve-node.ts';

const SINCE = 78;
const PLAIN_EVENT_LENGTH = 255;

const detail = (name: string, since = SINCE, type: Field['type'] = 'string'): Field => ({
  name,
  type,
  since,
  show: 'detail',
  nullable: true,
  sortable: true,
});

/** The plain list cuts long texts; the full view has them whole. */
const shortEvent = (row: Row): string => {
  const event = row.event;
  return scalar(typeof event === 'string' && event.length > PLAIN_EVENT_LENGTH ? `${event.slice(0, 251)}...` : event);
};

const FIELDS: readonly Field[] = [
  { name: 'uuid', type: 'uuid', since: SINCE, show: 'yes', sortable: true },
  { name: 'created_at', type: 'datetime', since: SINCE, show: 'yes', sortable: true },
  { name: 'severity', type: 'string', since: SINCE, show: 'yes', sortable: true },
  { name: 'event', type: 'string', since: SINCE, show: 'yes', sortable: true },
  {
    name: 'links',
    type: 'links',
    since: SINCE,
    show: 'yes',
    // A history entry has no bookmark.
    render: (row, { base }) => `[{"href":"${base}/v1/nodes/${String(row.node_uuid)}/history/${String(row.uuid)}","rel":"self"}]`,
  },
  detail('event_type'),
  detail('conductor'),
  detail('user'),
  detail('project', 113),
  detail('state', 115),
  detail('target_provision_state', 115),
  detail('duration_seconds', 115, 'integer'),
];

/** History entries of nodes. */
export const HISTORY_TABLE: ResourceTable = {
  name: 'history entry',
  collection: 'history',
  key: 'uuid',
  fields: FIELDS,
  fieldsSince: SINCE,
  newerSelected: 406,
};

const SHORT_TABLE: ResourceTable = {
  ...HISTORY_TABLE,
  fields: FIELDS.map((field) => (field.name === 'event' ? { ...field, render: shortEvent } : field)),
};

const historyRow = (entry: NodeHistory): Row => ({ ...entry });

/** `/v1/nodes/{node}/history`. */
export function historyRoutes({ store, conductor, config }: ApiDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/nodes/{node}/history',
      since: SINCE,
      below: '404B',
      query: { ...PAGE_PARAMETERS, detail: { type: 'boolean' } },
      async handle(request, query) {
        const node = await nodeOfPath(store, request);
        const page = parsePage(HISTORY_TABLE, query, request.minor, config.integer('api', 'max_limit'), 'created_at');
        const table = query.detail ? HISTORY_TABLE : SHORT_TABLE;
        const view = selectView(table, request.minor, { detail: query.detail, short: true });
        const entries = await store.history.list(node.uuid, page);
        const context = renderContext(request, conductor);
        const rows = entries.map((entry) => view.render(historyRow(entry), context));
        return ok(renderCollection('history', rows, nextLink(request, page, rows.length, entries.at(-1)?.uuid)));
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/history/{entry}',
      since: SINCE,
      below: '404B',
      async handle(request) {
        const uuid = param(request, 'entry');
        const node = await nodeOfPath(store, request);
        const entry = await store.history.get(node.uuid, uuid);
        if (!entry) throw notFound(`Node ${node.uuid} has no history entry ${uuid.slice(0, 100)}`);
        const view = selectView(HISTORY_TABLE, request.minor, { short: false });
        return ok(view.render(historyRow(entry), renderContext(request, conductor)));
      },
    }),
    route({
      method: 'GET',
      path: '/nodes/{node}/inventory',
      since: 81,
      below: '404B',
      async handle(request) {
        const node = await nodeOfPath(store, request);
        const data = await store.inventory.get(node.uuid);
        if (!data) throw notFound(`Node ${node.uuid} has no inventory: it has not been inspected`);
        return ok(JSON.stringify({ inventory: data.inventory, plugin_data: data.plugin_data }));
      },
    }),
  ];
}

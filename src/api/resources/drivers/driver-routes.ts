import type { DriverSummary } from '../../../conductor/conductor-service.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { renderCollection } from '../../fields/render-value.ts';
import { selectView } from '../../fields/select-view.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { route } from '../../http/define-route.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import { ok, okJson } from '../../http/reply.ts';
import type { Route } from '../../http/route.ts';
import { renderContext } from '../nodes/node-view.ts';
import { DRIVER_TABLE, driverRow } from './driver-fields.ts';

/** `/v1/drivers`: hardware types of live conductors. */
export function driverRoutes(dependencies: ApiDependencies): Route[] {
  const { conductor } = dependencies;
  return [
    route({
      method: 'GET',
      path: '/drivers',
      query: { type: { type: 'string', since: 30 }, detail: { type: 'boolean', since: 30 }, fields: { type: 'list' } },
      async handle(request, query) {
        if (query.type !== undefined && query.type !== 'dynamic' && query.type !== 'classic') {
          throw invalid(`type must be classic or dynamic, not ${JSON.stringify(query.type.slice(0, 100))}`);
        }
        const view = selectView(DRIVER_TABLE, request.minor, { fields: query.fields, detail: query.detail, short: true });
        const drivers = query.type === 'classic' ? [] : await conductor.drivers();
        const context = renderContext(request, conductor);
        const sorted = [...drivers].sort((a, b) => (a.name < b.name ? -1 : 1));
        return ok(
          renderCollection(
            'drivers',
            sorted.map((driver) => view.render(driverRow(driver), context)),
            null,
          ),
        );
      },
    }),
    route({
      method: 'GET',
      path: '/drivers/{driver}',
      query: { fields: { type: 'list' } },
      async handle(request, query) {
        const view = selectView(DRIVER_TABLE, request.minor, { fields: query.fields, short: false });
        const driver = await driverOfPath(request, dependencies);
        return ok(view.render(driverRow(driver), renderContext(request, conductor)));
      },
    }),
    route({
      method: 'GET',
      path: '/drivers/{driver}/properties',
      async handle(request) {
        const driver = await driverOfPath(request, dependencies);
        return okJson(await conductor.driverProperties(request.context, driver.name));
      },
    }),
    route({
      method: 'GET',
      path: '/drivers/{driver}/raid/logical_disk_properties',
      since: 12,
      below: '406A',
      async handle(request) {
        const driver = await driverOfPath(request, dependencies);
        return okJson(await conductor.logicalDiskProperties(request.context, driver.name));
      },
    }),
  ];
}

async function driverOfPath(request: ApiRequest, { conductor }: ApiDependencies): Promise<DriverSummary> {
  const name = param(request, 'driver');
  const driver = (await conductor.drivers()).find((each) => each.name === name);
  if (!driver) throw notFound(`Driver ${name.slice(0, 255)} could not be found on a live conductor`);
  return driver;
}

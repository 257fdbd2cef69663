import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { route } from '../../http/define-route.ts';
import { invalid } from '../../http/error-replies.ts';
import { accepted, okJson, type Reply } from '../../http/reply.ts';
import { type Given, METHODS, type Method, type Route } from '../../http/route.ts';
import { nodeOfPath } from '../nodes/resolve-node.ts';

/** Methods of vendors: of a node's vendor interface, and of hardware types (none of which has any). */
export function vendorPassthruRoutes(dependencies: ApiDependencies): Route[] {
  const { store, conductor } = dependencies;
  const ofNode = async (request: ApiRequest, given: Given): Promise<Reply> => {
    const call = callOf(request, given);
    const node = await nodeOfPath(store, request);
    const { async, result } = await conductor.vendorPassthru(request.context, node.uuid, call);
    return async ? accepted() : okJson(result);
  };
  const ofDriver = async (request: ApiRequest, given: Given): Promise<Reply> => {
    const { method } = callOf(request, given);
    const driver = param(request, 'driver');
    // Says that the driver is unknown where it is.
    await conductor.driverProperties(request.context, driver);
    throw invalid(`Driver ${driver} has no vendor method ${JSON.stringify(method.slice(0, 100))}; it has none`);
  };
  return [
    route({
      method: 'GET',
      path: '/nodes/{node}/vendor_passthru/methods',
      handle: async (request) => okJson(await conductor.vendorMethods(request.context, (await nodeOfPath(store, request)).uuid)),
    }),
    route({
      method: 'GET',
      path: '/drivers/{driver}/vendor_passthru/methods',
      async handle(request) {
        await conductor.driverProperties(request.context, param(request, 'driver'));
        return okJson({});
      },
    }),
    ...METHODS.flatMap((method) => [
      freeRoute(method, '/nodes/{node}/vendor_passthru', ofNode),
      freeRoute(method, '/nodes/{node}/vendor_passthru/{method}', ofNode),
      freeRoute(method, '/drivers/{driver}/vendor_passthru', ofDriver),
      freeRoute(method, '/drivers/{driver}/vendor_passthru/{method}', ofDriver),
    ]),
  ];
}

/** A route whose query and body only the vendor knows. */
function freeRoute(method: Method, path: string, run: Route['run']): Route {
  return { method, path, since: 1, alsoAt: [], below: '404A', body: method === 'GET' || method === 'DELETE' ? 'none' : 'document', run };
}

/** @throws INVALID_PARAMETER without a method, for a parameter given twice, for a body that is not an object. */
function callOf(request: ApiRequest, { query, body }: Given): { method: string; httpMethod: Method; args: JsonObject } {
  const method = request.params.method ?? query.get('method')?.[0];
  if (method === undefined || method === '') throw invalid('A vendor method is named in the path or as parameter method');
  const httpMethod = METHODS.find((each) => each === request.method);
  if (httpMethod === undefined) throw invalid(`Vendor methods are not called by ${request.method}`);
  if (httpMethod === 'GET' || httpMethod === 'DELETE') {
    const args: JsonObject = {};
    for (const [name, values] of query) {
      if (name === 'method') continue;
      if (values.length > 1) throw invalid(`Parameter ${name.slice(0, 100)} is given ${values.length} times`);
      args[name] = values[0];
    }
    return { method, httpMethod, args };
  }
  if (body !== undefined && !isJsonObject(body)) throw invalid('The parameters of a vendor method must be a JSON object');
  return { method, httpMethod, args: body ?? {} };
}

import type { Node } from '../../../model/node.ts';
import type { Store } from '../../../store/store.ts';
import { isLogicalName, isNameAt, isUuid } from '../../fields/identifier.ts';
import { type ApiRequest, param } from '../../http/api-request.ts';
import { invalid, notFound, RoutingError } from '../../http/error-replies.ts';

/** Names identify nodes from this version on. */
export const NAMES_SINCE = 5;

/** The node that `{node}` of the path names, by UUID or name. @throws NOT_FOUND; 400 for what cannot be a name. */
export async function nodeOfPath(store: Store, request: ApiRequest): Promise<Node> {
  const ident = param(request, 'node');
  if (!isLogicalName(ident)) throw new RoutingError(400, `${JSON.stringify(ident.slice(0, 100))} is neither a UUID nor a name`);
  const found = await findNode(store, ident, request.minor);
  if (found) return found;
  // An old client may have meant a node that is really called something.json.
  if (request.jsonSuffix && request.path.endsWith(`/${encodeURIComponent(ident)}`)) {
    const whole = await findNode(store, `${ident}.json`, request.minor);
    if (whole) return whole;
  }
  throw notFound(`Node ${ident} could not be found`);
}

/** A node by UUID or, where the version has them, by name. @throws INVALID_PARAMETER for a form the version does not know. */
export async function findNode(store: Store, ident: string, minor: number): Promise<Node | undefined> {
  if (isUuid(ident)) return store.nodes.getByUuid(ident);
  if (minor < NAMES_SINCE) return undefined;
  if (!isNameAt(ident, minor)) throw invalid(`${JSON.stringify(ident.slice(0, 100))} is neither a UUID nor a node name of this version`);
  return store.nodes.getByName(ident);
}

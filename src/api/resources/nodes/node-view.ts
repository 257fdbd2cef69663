import type { ConductorService } from '../../../conductor/conductor-service.ts';
import type { Node } from '../../../model/node.ts';
import type { RenderContext } from '../../fields/field.ts';
import { selectView } from '../../fields/select-view.ts';
import type { ApiRequest } from '../../http/api-request.ts';
import { NODE_TABLE } from './node-fields.ts';
import { nodeRow } from './node-row.ts';

/** What rendering needs of a request. */
export function renderContext(request: ApiRequest, conductor: ConductorService): RenderContext {
  return { minor: request.minor, base: request.base, conductorOf: (node) => conductor.conductorOf(node) };
}

/** JSON text of one node, whole or as `fields=` asks. */
export function renderNode(request: ApiRequest, conductor: ConductorService, node: Node, fields?: readonly string[]): string {
  const view = selectView(NODE_TABLE, request.minor, { fields, short: false });
  return view.render(nodeRow(node), renderContext(request, conductor));
}

import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { RedfishFault } from './redfish-fault.ts';

/** What a client may ask of a GET besides the resource itself. */
export interface RedfishQuery {
  readonly expand: { readonly links: 'none' | 'only' | 'also'; readonly levels: number } | null;
  readonly select: readonly string[] | null;
  readonly only: boolean;
}

const MAX_LEVELS = 6;
/** Resources one answer may hold. */
const MAX_EXPANDED = 500;

/** @throws RedfishFault 501 for queries of the standard that are not offered, 400 for malformed ones. */
export function parseQuery(search: URLSearchParams): RedfishQuery {
  let expand: RedfishQuery['expand'] = null;
  let select: string[] | null = null;
  for (const [name, value] of search) {
    if (name === '$expand') {
      const match = /^([.*~])(?:\(\$levels=([1-9])\))?$/.exec(value);
      if (!match) throw new RedfishFault(400, 'QueryParameterValueFormatError', [value, name]);
      const links = match[1] === '.' ? 'none' : match[1] === '~' ? 'only' : 'also';
      expand = { links, levels: Math.min(Number(match[2] ?? 1), MAX_LEVELS) };
    } else if (name === '$select') select = value.split(',').map((part) => part.trim());
    else if (name.startsWith('$')) throw new RedfishFault(501, 'QueryNotSupported');
  }
  return { expand, select, only: search.has('only') };
}

/** Applies a query to a body. `resolve` reads another resource; null where there is none. */
export function applyQuery(body: JsonObject, query: RedfishQuery, resolve: (path: string) => JsonObject | null): JsonObject {
  let answer = body;
  if (query.only && Array.isArray(body.Members) && body.Members.length === 1) {
    const member = body.Members[0];
    if (isJsonObject(member) && typeof member['@odata.id'] === 'string') answer = resolve(member['@odata.id']) ?? body;
  }
  if (query.expand) {
    const budget = { left: MAX_EXPANDED };
    answer = expandMembers(answer, query.expand.levels, query.expand.links, resolve, budget);
  }
  if (query.select) {
    const wanted = new Set(query.select.map((path) => path.split('/')[0] ?? ''));
    answer = Object.fromEntries(Object.entries(answer).filter(([name]) => name.startsWith('@odata.') || wanted.has(name)));
  }
  return answer;
}

function expandMembers(
  body: JsonObject,
  levels: number,
  links: 'none' | 'only' | 'also',
  resolve: (path: string) => JsonObject | null,
  budget: { left: number },
): JsonObject {
  const expandValue = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(expandValue);
    if (!isJsonObject(value)) return value;
    const path = value['@odata.id'];
    if (typeof path === 'string' && Object.keys(value).length === 1 && !path.includes('#')) {
      if (budget.left <= 0) return value;
      const target = resolve(path);
      if (!target) return value;
      budget.left -= 1;
      return levels > 1 ? expandMembers(target, levels - 1, links, resolve, budget) : target;
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, item === undefined ? item : expandValue(item)]));
  };
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const wanted = name === 'Links' ? links !== 'none' : links !== 'only';
      // Settings resources are what a client writes to, not what it reads along.
      return [name, value === undefined || !wanted || name.startsWith('@') || name === 'Oem' ? value : expandValue(value)];
    }),
  );
}

import { invalid, newerVersionNeeded } from '../http/error-replies.ts';
import { type Field, findField, type ResourceTable } from './field.ts';
import { compileView, type View } from './render-value.ts';

/** Views by table, version and kind: compiled once. */
const cache = new WeakMap<ResourceTable, Map<string, View>>();

/**
 * The view a request asks for: chosen fields (always with links), all fields, or the short form of lists.
 * @throws INVALID_PARAMETER for unknown or unselectable names and `detail` beside `fields`; NOT_ACCEPTABLE for newer ones.
 */
export function selectView(
  table: ResourceTable,
  minor: number,
  wish: { fields?: readonly string[] | undefined; detail?: boolean | undefined; short: boolean; alwaysRead?: readonly string[] },
): View {
  const chosen = wish.fields && wish.fields.length > 0 ? [...new Set(wish.fields.map((name) => name.toLowerCase()))].sort() : null;
  if (chosen && minor < table.fieldsSince) throw newerVersionNeeded('Parameter fields', table.fieldsSince);
  if (chosen && wish.detail) throw invalid('detail=true and fields exclude each other');
  const kind = chosen ? `=${chosen.join()}` : wish.short && !wish.detail ? 'short' : 'full';
  const views = cache.get(table) ?? new Map<string, View>();
  cache.set(table, views);
  const key = `${minor}:${kind}`;
  const known = views.get(key);
  if (known) return known;
  const fields = chosen
    ? chosenFields(table, minor, chosen)
    : table.fields.filter((field) => field.since <= minor && field.show !== 'never' && (kind === 'full' || field.show === 'yes'));
  const view = compileView(fields, wish.alwaysRead ?? []);
  // Selections are the client's to invent: keep few.
  if (!chosen || views.size < 500) views.set(key, view);
  return view;
}

function chosenFields(table: ResourceTable, minor: number, names: readonly string[]): Field[] {
  for (const name of names) {
    const field = findField(table, name);
    if (!field || field.show === 'never' || field.selectable === false) {
      throw invalid(`Field ${JSON.stringify(name.slice(0, 100))} of a ${table.name} does not exist or cannot be selected`);
    }
    if (field.since > minor) {
      if (table.newerSelected === 400) throw invalid(`Field ${name} needs API version 1.${field.since} or later`);
      throw newerVersionNeeded(`Field ${name}`, field.since);
    }
  }
  const wanted = new Set(names);
  return table.fields.filter((field) => wanted.has(field.name) || (field.name === 'links' && field.since <= minor));
}

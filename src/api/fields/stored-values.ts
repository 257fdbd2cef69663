import type { Json, JsonObject } from '../../model/json.ts';
import type { ResourceTable } from './field.ts';

/** The attributes of a stored record that a patch may touch, as `patchResource` wants them. */
export function storedValues(table: ResourceTable, record: object): JsonObject {
  const values: JsonObject = {};
  for (const field of table.fields) {
    // Patchable attributes are JSON values by their table.
    if (field.patch) values[field.name] = (Reflect.get(record, field.name) ?? null) as Json;
  }
  return values;
}

/** Any JSON value, as it travels on the wire and rests in JSON columns. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object; a missing member is `undefined`. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** True for a plain JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** What is known of a cached image. */
const CachedFacts = Type.Object({
  format: Type.String(),
  /** Bytes of the file. */
  size: Type.Integer({ minimum: 0 }),
  virtualSize: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  algorithm: Type.String(),
  digest: Type.String({ pattern: '^[0-9a-f]+$' }),
});
export type CachedFacts = Static<typeof CachedFacts>;

/** Null when the text is something else, as after a disk that was full. */
export function parseCachedFacts(text: string): CachedFacts | null {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(CachedFacts, value) ? value : null;
  } catch {
    return null;
  }
}

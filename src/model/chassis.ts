import type { JsonObject } from './json.ts';
import type { Millis } from './node.ts';

/** A chassis groups nodes; it has no behaviour. */
export interface Chassis {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  description: string | null;
  extra: JsonObject;
}

export type ChassisPatch = Partial<Pick<Chassis, 'description' | 'extra'>>;

import type { JsonObject } from './json.ts';
import type { Millis } from './node.ts';

/** A list of steps under a name, for cleaning and servicing. */
export interface Runbook {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  name: string;
  /** Each with interface, step, args, order. */
  steps: JsonObject[];
  /** Its steps run without a ramdisk. */
  disable_ramdisk: boolean;
  extra: JsonObject;
  /** Everybody may use it; it has no owner then. */
  public: boolean;
  owner: string | null;
  description: string | null;
  /** A node with one of them may be worked on by it. */
  traits: string[];
}

export type RunbookPatch = Partial<Omit<Runbook, 'id' | 'uuid' | 'created_at' | 'updated_at'>>;
export type NewRunbook = Pick<Runbook, 'name' | 'steps'> & RunbookPatch & { uuid?: string };

/**
 * True when the runbook may be used on a node with these traits: one of its own traits is among them.
 * @param byName as before API 1.112: its name is among them
 */
export function runbookFits(runbook: Pick<Runbook, 'name' | 'traits'>, nodeTraits: readonly string[], byName: boolean): boolean {
  return byName ? nodeTraits.includes(runbook.name) : runbook.traits.some((trait) => nodeTraits.includes(trait));
}

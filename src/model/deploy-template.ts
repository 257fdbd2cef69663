import type { JsonObject } from './json.ts';
import type { Millis } from './node.ts';

/** Steps that a deployment gets when the instance asks for the trait of the template's name. */
export interface DeployTemplate {
  readonly id: number;
  readonly uuid: string;
  readonly created_at: Millis;
  updated_at: Millis | null;
  /** A trait. */
  name: string;
  /** Each with interface, step, args, priority. */
  steps: JsonObject[];
  extra: JsonObject;
}

export type DeployTemplatePatch = Partial<Pick<DeployTemplate, 'name' | 'steps' | 'extra'>>;
export type NewDeployTemplate = Pick<DeployTemplate, 'name' | 'steps'> & DeployTemplatePatch & { uuid?: string };

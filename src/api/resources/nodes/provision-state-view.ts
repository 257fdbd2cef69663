import type { RenderContext, Row } from '../../fields/field.ts';
import { scalar } from '../../fields/render-value.ts';

/** `inspect wait` has a name of its own from this version on; before it is shown as `inspecting`. */
export const INSPECT_WAIT_SINCE = 39;

/** The provision state as the version knows it: `available` was once written null. */
export function renderProvisionState(row: Row, context: Pick<RenderContext, 'minor'>): string {
  const state = row.provision_state;
  if (context.minor === 1 && state === 'available') return 'null';
  if (context.minor < INSPECT_WAIT_SINCE && state === 'inspect wait') return '"inspecting"';
  return scalar(state);
}

import type { InterfaceKind } from '../model/interface-kind.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { NodeTask } from './node-task.ts';
import { withDeadline } from './with-deadline.ts';

/** Longest a validation may take; it asks no hardware, though an image server may be slow. */
const VALIDATION_SECONDS = 60;

/** Validates the named interfaces one after another. @throws the first refusal. */
export async function validateInterfaces(ctx: ConductorContext, task: NodeTask, kinds: readonly InterfaceKind[]): Promise<void> {
  for (const kind of kinds) {
    const limit = { what: `validation of the ${kind} interface`, seconds: VALIDATION_SECONDS };
    await withDeadline(ctx, task, limit, (narrowed) => narrowed.driver[kind].validate(narrowed));
  }
}

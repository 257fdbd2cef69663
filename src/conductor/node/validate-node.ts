import { hasCode, messageOf, WroughtError } from '../../model/errors.ts';
import { INTERFACE_KINDS, type InterfaceKind } from '../../model/interface-kind.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext, ValidationResult } from '../conductor-service.ts';
import { NodeTask } from '../node-task.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { checkTraits } from '../verbs/active.ts';

/** Vendor methods check their own arguments; there is nothing to say of them beforehand. */
const KINDS = INTERFACE_KINDS.filter((kind) => kind !== 'vendor').sort();

/** What each interface says of the node. Takes no lease: a look at a busy node is allowed. @throws NOT_FOUND, INTERFACE_NOT_FOUND. */
export async function validateNode(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
): Promise<Record<string, ValidationResult>> {
  const task = await lookAt(ctx, request, uuid);
  // Composes first: a node with an interface that is not enabled has no results at all.
  const { driver } = task;
  const results: Record<string, ValidationResult> = {};
  await Promise.all(
    KINDS.map(async (kind) => {
      results[kind] = await resultOf(ctx, driver[kind].name, kind, async () => {
        await validateInterfaces(ctx, task, [kind]);
        if (kind === 'deploy') checkTraits(task.node);
      });
    }),
  );
  return Object.fromEntries(KINDS.map((kind) => [kind, results[kind] ?? { result: false, reason: 'not validated' }]));
}

/** A task that only looks, without a lease. @throws NOT_FOUND. */
export async function lookAt(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<NodeTask> {
  const node = await ctx.store.nodes.getByUuid(uuid);
  if (!node) throw new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
  return NodeTask.look(ctx, node, request, new AbortController().signal);
}

async function resultOf(ctx: ConductorContext, name: string, kind: InterfaceKind, check: () => Promise<void>): Promise<ValidationResult> {
  try {
    await check();
    return { result: true };
  } catch (error) {
    if (error instanceof WroughtError && error.code !== 'INTERNAL') return { result: false, reason: messageOf(error) };
    ctx.log.error({ kind, name, error }, 'a validation met an unexpected error');
    return {
      result: false,
      reason: `Unexpected exception in the ${kind} interface ${name} on conductor ${ctx.hostname}: ${hasCode(error, 'INTERNAL') ? error.message : messageOf(error)}`,
    };
  }
}

/** The console of a node, as its console interface gives it. */
import { messageOf } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { ConsoleInfo, RequestContext } from '../conductor-service.ts';
import { cutText } from '../history-note.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { lookAt } from './validate-node.ts';

const CONSOLE_SECONDS = 60;

/** Where the console is; null while it is off. @throws UNSUPPORTED_BY_DRIVER, INVALID_PARAMETER (what the interface lacks), NOT_FOUND. */
export async function getConsole(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<ConsoleInfo | null> {
  const task = await lookAt(ctx, request, uuid);
  await validateInterfaces(ctx, task, ['console']);
  if (!task.node.console_enabled) return null;
  return withDeadline(ctx, task, { what: 'asking for the console', seconds: CONSOLE_SECONDS }, (t) => t.driver.console.getConsole(t));
}

/**
 * Switches the console after the answer; an error is left on the node, and a console that did not start is off.
 * @throws as `getConsole`; NODE_LOCKED, NO_FREE_WORKER.
 */
export async function setConsole(ctx: ConductorContext, request: RequestContext, uuid: string, on: boolean): Promise<void> {
  await startWork(ctx, { uuid, purpose: `${on ? 'starting' : 'stopping'} console`, request, lane: 'api' }, async (task) => {
    await validateInterfaces(ctx, task, ['console']);
    if (task.node.console_enabled === on) return null;
    return async (working) => {
      try {
        await withDeadline(ctx, working, { what: `${on ? 'starting' : 'stopping'} the console`, seconds: CONSOLE_SECONDS }, (t) =>
          on ? t.driver.console.start(t) : t.driver.console.stop(t),
        );
        await working.save({ console_enabled: on, last_error: null });
      } catch (error) {
        if (isLeaseLoss(error)) throw error;
        const text = `Failed to ${on ? 'start' : 'stop'} console: ${messageOf(error)}`;
        ctx.log.warn({ node: uuid, error: text }, 'the console could not be switched');
        await working.save({ last_error: cutText(ctx, text) });
      }
    };
  });
}

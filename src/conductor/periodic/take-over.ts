import { hasCode, messageOf } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { TAKEOVER_STATES } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import { cutText } from '../history-note.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { startWork } from '../with-node.ts';

/**
 * Nodes in use that now map here but whose boot artefacts another conductor made: they are made here anew. Neither power nor boot device
 * is touched.
 */
export async function takeOverNodes(ctx: ConductorContext): Promise<void> {
  const nodes = (await ctx.store.nodes.scan({ provisionStates: [...TAKEOVER_STATES], reserved: false, maintenance: false })).filter(
    (node) => node.conductor_affinity !== null && node.conductor_affinity !== ctx.hostname && ctx.membership.isMine(node),
  );
  for (const node of nodes.slice(0, ctx.config.integer('conductor', 'periodic_max_workers'))) {
    try {
      await takeOver(ctx, node);
    } catch (error) {
      if (hasCode(error, 'NO_FREE_WORKER')) return;
      if (!hasCode(error, 'NODE_LOCKED', 'NOT_FOUND'))
        ctx.log.warn({ node: node.uuid, error: messageOf(error) }, 'a node could not be taken over');
    }
  }
}

async function takeOver(ctx: ConductorContext, seen: Node): Promise<void> {
  await startWork(ctx, { uuid: seen.uuid, purpose: 'node take over', request: null, lane: 'background', retry: 'once' }, async (task) => {
    if (!TAKEOVER_STATES.has(task.node.provision_state) || task.node.maintenance) return null;
    return async (working) => {
      try {
        await withDeadline(ctx, working, callDeadline(ctx, 'take over'), async (t) => {
          await t.driver.deploy.prepare(t);
          await t.driver.deploy.takeOver(t);
        });
        if (working.node.console_enabled) {
          await withDeadline(ctx, working, { what: 'starting the console', seconds: 60 }, (t) => t.driver.console.start(t)).catch(
            async (error: unknown) => {
              await working.save({
                console_enabled: false,
                last_error: cutText(ctx, `Failed to start console while taking over the node: ${messageOf(error)}`),
              });
            },
          );
        }
        await working.save({ conductor_affinity: ctx.hostname });
      } catch (error) {
        if (hasCode(error, 'LEASE_LOST')) throw error;
        ctx.log.warn({ node: working.node.uuid, error: messageOf(error) }, 'take over failed; the next round tries again');
      }
    };
  });
}
